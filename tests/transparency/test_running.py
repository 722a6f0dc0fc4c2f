"""Figures so far: counted by the clock, kept, and gone once there is an edition."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests.transparency.history import History
from tests.transparency.publishing import at, published
from transparency.models import RunningFigures
from transparency.privacy.cells import Mark
from transparency.privacy.publishing import RUNNING, hide
from transparency.running import keep_running
from transparency.snapshots import snapshot_of
from transparency.tasks import keep_running_figures

pytestmark = pytest.mark.django_db

NOW = timezone.now().year
LAST = NOW - 1


def test_every_year_without_an_edition_is_kept(sam: User) -> None:
    History(3).plant(60)  # decisions from 2024 on
    published(2025, by=sam)
    keep_running_figures()
    assert set(RunningFigures.objects.values_list("year", flat=True)) == {*range(2024, NOW + 1)} - {2025}


def test_an_edition_takes_their_place(sam: User, client: Client) -> None:
    History(3).plant(60)
    keep_running()
    assert "Figures so far" in client.get(f"/transparency/{LAST}/").content.decode()
    published(LAST, by=sam)
    assert "Edition 1, published" in client.get(f"/transparency/{LAST}/").content.decode()
    keep_running()
    assert not RunningFigures.objects.filter(year=LAST).exists()


def test_page_and_files_are_of_the_moment_that_the_page_says(client: Client) -> None:
    keep_running()
    moment = datetime(NOW, 1, 2, 3, 4, tzinfo=timezone.get_current_timezone())
    RunningFigures.objects.update(computed_at=moment)
    sha256 = RunningFigures.objects.get(year=NOW).sha256
    History(3).plant(60)
    page = client.get(f"/transparency/{NOW}/").content.decode()
    assert f"Figures so far, as of 2 January {NOW}, 03:04 (UTC)" in page
    assert sha256 in page
    assert client.get(f"/transparency/{NOW}/report.json").json()["sha256"] == sha256
    first, second = (client.get(f"/transparency/{NOW}/report.pdf").content for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("moment", "is_told"), [((NOW, 1, 2), False), ((NOW, 1, 1, 23, 59), True)])
def test_an_edition_hides_what_the_figures_so_far_hid(sam: User, moment: tuple[int, ...], is_told: bool) -> None:
    """Unless they were rounded: those of a year that was not closed tell nothing exactly and hide nearly all."""
    History(3).plant(60)
    keep_running()
    kept = RunningFigures.objects.get(year=LAST)
    (row,) = next(figure["rows"] for figure in kept.snapshot["figures"] if figure["name"] == "contributions")
    assert row["value"]
    hide(row, Mark.WITHHELD)
    kept.computed_at = datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type,misc]
    kept.save()
    edition = published(LAST, by=sam)
    told = {figure["name"]: figure["rows"][0]["value"] is not None for figure in edition.snapshot["figures"]}
    assert told["contributions"] is is_told


def test_a_year_is_rounded_until_it_is_closed() -> None:
    History(3).plant(60)
    with at(NOW, 1, 1, 23, 59):
        assert snapshot_of(LAST)["figures"][0]["caveats"].startswith(RUNNING)
        assert not snapshot_of(LAST, edition=1)["figures"][0]["caveats"].startswith(RUNNING)
    with at(NOW, 1, 2):
        assert not snapshot_of(LAST)["figures"][0]["caveats"].startswith(RUNNING)


def test_twice_is_once() -> None:
    keep_running()
    keep_running()
    assert RunningFigures.objects.count() == 1


def test_nobody_who_reads_has_the_year_counted(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    keep_running()
    with django_assert_max_num_queries(12) as asked:
        assert client.get(f"/transparency/{NOW}/").status_code == 200
    assert not any("reviews_decision" in query["sql"] for query in asked.captured_queries)


def test_before_the_clock_rang_the_running_year_is_counted_and_nothing_kept(client: Client) -> None:
    assert "Figures so far" in client.get(f"/transparency/{NOW}/").content.decode()
    assert client.get(f"/transparency/{LAST}/").status_code == 404
    assert not RunningFigures.objects.exists()


def test_counted_again_a_closed_year_stays_as_it_was() -> None:
    History(3, companies=14).plant(400)
    shas = []
    for _ in range(3):
        keep_running()
        shas.append(dict(RunningFigures.objects.exclude(year=NOW).values_list("year", "sha256")))
    assert shas[0].keys() == set(range(2023, NOW))
    assert shas[0] == shas[1] == shas[2], shas

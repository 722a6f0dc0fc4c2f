"""The snapshot's shape."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from participants.models import Member
from tests.transparency.history import History
from tests.transparency.publishing import published
from tests.world import share
from transparency.figures import FIGURES
from transparency.rollups import close_months
from transparency.snapshots import canonical, snapshot_of

pytestmark = pytest.mark.django_db


def test_it_has_a_row_for_every_figure_and_scope(alice: Member) -> None:
    share(alice)
    snapshot = snapshot_of(2026, public=False)
    assert snapshot["schema"] == "lantern-report/2"
    told = {figure["name"]: [row["scope"] for row in figure["rows"]] for figure in snapshot["figures"]}
    assert told == {name: [scope for scope, _ in figure.scopes] for name, figure in FIGURES.items()}
    assert canonical(snapshot) == canonical(snapshot_of(2026, public=False))


def test_what_is_public_has_no_small_number(sam: User) -> None:
    History(3).plant(120)
    close_months(datetime(2026, 1, 20, tzinfo=UTC))
    for year in (2024, 2025):
        snapshot = published(year, by=sam).snapshot
        exact = snapshot_of(year, public=False)
        marks = set()
        for figure, known in zip(snapshot["figures"], exact["figures"], strict=True):
            for row, true in zip(
                figure["rows"] + figure["cumulative"], known["rows"] + known["cumulative"], strict=True
            ):
                marks.add(row["mark"])
                assert (row["value"] is None) == (row["mark"] != "exact")
                assert row["value"] in (None, true["value"])
                if figure["unit"] != "hours":
                    assert row["value"] not in range(1, 11), (figure["name"], row)
            assert figure["coverage"] is None  # six companies
        assert marks == {"exact", "suppressed"}
        assert snapshot_of(year, edition=1).items() <= snapshot.items()


def test_a_year_that_is_not_over_tells_rounded_totals_alone() -> None:
    History(3).plant(60)
    running = snapshot_of(2026)
    for figure in running["figures"]:
        assert figure["cumulative"] == []
        for row in figure["rows"]:
            assert row["value"] is None or (row["value"] % 25 == 0 and not row["scope"])

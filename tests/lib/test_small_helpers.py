"""CSV cells, paging, identifiers and the bell."""

import csv
import io

import pytest
from celery import current_app
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st

from audit.models import AuditEvent
from audit.record import PORTAL
from lantern.lib.bell import ring
from lantern.lib.csvfile import RISKY, guarded, rows_as_csv, unguarded
from lantern.lib.ids import new_id
from lantern.lib.paging import capped_count, first_page
from lantern.lib.tenancy import acting_as_system
from participants.models import Participant
from participants.services import default_group
from signals.intake import start_upload
from signals.models import Upload
from tests.world import add_company, add_team_member

CELLS = st.text(
    st.one_of(st.sampled_from([*sorted(RISKY), "'", " ", "\u3000", "a", "1", '"', ","]), st.characters()), max_size=8
)


@given(CELLS)
def test_a_guard_is_undone_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(CELLS)
def test_a_guarded_cell_is_no_formula(text: str) -> None:
    cell = guarded(text)
    assert cell[:1] not in RISKY
    assert cell.lstrip()[:1] not in RISKY


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r1", "\n1", "|x", "＝1", " =1", "'=1", "''=1"])
def test_formulas_are_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=1), max_size=5
    )
)
def test_rows_are_read_back_as_they_were(rows: list[list[str]]) -> None:
    text = "".join(rows_as_csv(rows))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [[unguarded(cell) for cell in row] for row in read] == [row or [] for row in rows]


def test_ids_sort_as_they_were_made() -> None:
    ids = [new_id() for _ in range(2000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 2000
    assert all(each.version == 7 for each in ids)


@pytest.mark.django_db
def test_counts_stop_at_their_cap() -> None:
    for number in range(4):
        add_company(f"company-{number}", active=False)
    rows = Participant.objects.all()
    assert [capped_count(rows, most).label for most in (3, 4, 5)] == ["3+", "4", "4"]
    assert first_page(rows, 3) == (list(rows[:3]), True)
    assert first_page(rows, 4) == (list(rows), False)
    assert first_page(rows.none()) == ([], False)
    assert capped_count(rows.none()).label == "0"


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_loses_no_work(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The upload is kept and due; the sweeper rings again when there is a broker."""
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
    with acting_as_system():
        ana = add_team_member(add_company("northwind"), "ana")
        start_upload(ContentFile(b"kind\n", name="a.csv"), group=default_group(by=PORTAL), by=ana)
    with acting_as_system():
        assert Upload.objects.get().state == "checking"
    assert "signals.work_on_upload was not rung" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_nothing_is_rung_for_what_was_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr("lantern.lib.bell._send", lambda name, _: rung.append(name))
    with pytest.raises(KeyError), acting_as_system():
        ring("reviews.route")
        raise KeyError
    assert rung == []
    with acting_as_system():
        ring("reviews.route")
        assert rung == []
    assert rung == ["reviews.route"]
    with acting_as_system():
        assert not AuditEvent.objects.exists()

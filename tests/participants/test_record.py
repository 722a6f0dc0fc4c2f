"""The record as a page."""

import pytest
from django.test import override_settings

from accounts.models import User
from audit.models import AuditEvent, Checkpoint
from audit.sealing import seal_all
from participants.models import Member
from tests.accounts.way_in import code_of, grow_stale
from tests.world import join_team, signed_in

pytestmark = pytest.mark.django_db


def test_a_lead_reads_takes_out_and_proves_its_own_company_s_events_only(lena: Member, bob: Member) -> None:
    join_team(lena.participant, "noor")
    join_team(bob.participant, "omar")
    seal_all()
    browser = signed_in(lena.user)
    page = browser.get("/record/?event=member.trained")
    assert page.status_code == 200
    assert {event.participant_id for event in page.context["events"]} == {lena.participant_id}
    own = AuditEvent.objects.filter(participant_id=lena.participant_id)[0]
    foreign = AuditEvent.objects.filter(participant_id=bob.participant_id)[0]
    assert b"tlog-proof" in browser.get(f"/record/events/{own.pk}/proof/").content
    assert browser.get(f"/record/events/{foreign.pk}/proof/").status_code == 404
    size = Checkpoint.objects.get().size
    for url in ("/record/checkpoints/", f"/record/checkpoints/{size}/", f"/record/checkpoints/{size}/growth/"):
        assert browser.get(url).status_code == 200
    assert browser.post("/record/export/").status_code == 200
    assert AuditEvent.objects.order_by("-id")[0].event == "record.exported"
    with override_settings(EXPORT_APPROVAL_ROWS=0):
        assert browser.post("/record/export/").status_code == 302


def test_taking_it_out_asks_for_a_factor_and_goes_on_with_the_same_list(lena: Member) -> None:
    join_team(lena.participant, "noor")
    browser = signed_in(lena.user)
    grow_stale(browser)
    onward = browser.post("/record/export/?event=member.trained")["Location"]
    assert onward == "/accounts/confirm/?next=%2Faccounts%2Fkept%2F"
    assert not AuditEvent.objects.filter(event="record.exported").exists()
    assert browser.post(onward, {"code": code_of(lena.user)})["Location"] == "/accounts/kept/"
    kept = browser.get("/accounts/kept/").context["kept"]
    assert kept.path == "/record/export/?event=member.trained"
    assert b"member.trained" in browser.post(kept.path, dict(kept.fields)).content


def test_an_auditor_reads_everybody_s(ada: User, bob: Member) -> None:
    join_team(bob.participant, "omar")
    page = signed_in(ada).get("/record/")
    assert {None, bob.participant_id} <= {event.participant_id for event in page.context["events"]}

"""What asks for a factor of the last minutes."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from accounts.passing import CONFIRMED
from audit.record import PORTAL
from lantern.lib.marks import mark_of
from participants.models import Participant
from participants.services import default_group
from tests.accounts.way_in import grow_stale
from tests.sweeps.asking import World, address, asked
from tests.sweeps.pages import OWN, PAGES
from tests.sweeps.urls import every_url

pytestmark = pytest.mark.django_db

# Pages that ask for a factor of the last minutes: exports, keys, roles, publishing, and the way in itself.
ASKS_AGAIN = {
    "signals:export_new",
    "signals:export_approve",
    "signals:export_refuse",
    "signals:export_download",
    "record:export",
    "participants:member",
    "participants:remove",
    "participants:readmit",
    "participants:invite",
    "participants:renew",
    "participants:withdraw",
    "accounts:factor_remove",
    "accounts:authenticator_new",
    "accounts:passkey_new",
    "accounts:passkey_new_begin",
    "accounts:passkey_new_complete",
    "accounts:recovery",
    "accounts:password",
    "accounts:email",
    "accounts:email_code",
}
# The same in the admin: address, and what it is about where it is about something.
ADMIN_ASKS_AGAIN = (
    ("admin:participants_participant_add", ""),
    ("admin:participants_participant_change", "company"),
    ("admin:participants_participant_export", ""),
    ("admin:participant_move", "company"),
    ("admin:participant_leave", "company"),
    ("admin:participants_sharinggroup_add", ""),
    ("admin:participants_sharinggroup_change", "group"),
    ("admin:participants_invitation_add", ""),
    ("admin:accounts_factorreset_add", ""),
    ("admin:participants_signon_add", ""),
    ("admin:transparency_edition_publish", "draft"),
    ("admin:signals_legalhold_export", ""),
)


def test_what_matters_most_asks_again_for_a_factor(world: World) -> None:
    marks = {name: mark_of(pattern.callback) for name, pattern in every_url()}
    assert {name for name, mark in marks.items() if mark and mark.fresh} == ASKS_AGAIN
    wrong = {}
    for name in ASKS_AGAIN:
        own = name in OWN
        browser = world.browser("analyst" if own else PAGES[name].who[0])
        url = reverse(name) if own else address(name, world.own)
        for is_stale in (False, True):
            if is_stale:
                grow_stale(browser)
            for method in {"post", OWN[name][0] if own else PAGES[name].method}:
                if asked(browser, method, url)[1].startswith("/accounts/confirm/") != is_stale:
                    wrong[name, method] = is_stale
        _just_confirmed(browser)
    assert wrong == {}


@pytest.mark.parametrize(("name", "about"), ADMIN_ASKS_AGAIN)
def test_the_admin_asks_again_for_a_factor(name: str, about: str, northwind: Participant, as_sam: Client) -> None:
    group = default_group(by=PORTAL)
    about_what = {"company": northwind.pk, "group": group.pk, "draft": 999_999_999}
    url = reverse(name, args=[about_what[about]] if about else [])
    assert not asked(as_sam, "post", url)[1].startswith("/accounts/confirm/")
    grow_stale(as_sam)
    assert asked(as_sam, "post", url)[1].startswith("/accounts/confirm/")


def _just_confirmed(browser: Client) -> None:
    session = browser.session
    session[CONFIRMED] = time.time()
    session.save()

"""Every page of the admin, with something on it: no axe violation in both themes, and nothing leaves the window."""

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Visit
from tests.journeys.examining import examine
from tests.running import RunningInstallation
from tests.sweeps.admin_pages import ADD, MODELS

# The stock admin has one form for telephones and one for screens.
ENDS = (360, 1440)
# One of each thing, of people whom no other journey asks.
PLANT = """
from accounts.factors import ask_factor_reset
from accounts.models import User
from audit.record import PORTAL
from lantern.lib.tenancy import acting_as_system
from participants.invitations import invite
from participants.models import Member, Participant, Role
from participants.sign_on import set_sign_on
from signals.erasing import erase_value
from signals.expiring import expire
from signals.holding import place_hold
from signals.models import Contribution
from tests.transparency.publishing import published
from tests.world import share
from transparency.drafting import draft_report, report_month
from transparency.reporting import report_figures
with acting_as_system():
    sam = User.objects.get(email="sam@coalition.example")
    ben = Member.objects.select_related("user", "participant").get(user__email="ben@cloudnine.example")
    meridian = Participant.objects.get(slug="meridian")
    held, over, _ = (share(ben, value=f"{word}@example.com") for word in ("held", "over", "erased"))
    place_hold(signal_id=held.pk, reason="Order 1", by=sam)
    erase_value(kind="email", value="erased@example.com", case="1", by=sam)
    Contribution.objects.filter(signal=over).update(expires_at="2020-01-01T00:00:00Z")
    assert expire() and report_month(2023, 5)
    published(2022, by=sam)
    draft_report(2023, by=sam)
    report_figures(2023, {"referrals": 1}, by=ben)
    ask_factor_reset(ben.user, reason="lost", by=sam)
    set_sign_on(meridian, issuer="https://sign-on.example", client_id="lantern", secret="a secret", by=sam)
    invite(meridian, address="new@meridian.example", role=Role.ANALYST, by=PORTAL)
"""


@pytest.fixture(scope="module")
def planted(lantern: RunningInstallation) -> None:
    """One of each thing that staff can open."""
    done = lantern.manage("shell", "--no-imports", "-c", PLANT)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("label", MODELS)
def test_the_pages_of_a_model(visit: Visit, label: str) -> None:
    page = visit("sam@coalition.example")
    desk = f"/admin/{label.replace('.', '/')}/"
    assert _look(page, desk) == []
    if ADD in MODELS[label]:
        assert _look(page, f"{desk}add/") == []
        page.goto(desk)
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/**")
    assert examine(page, ENDS) == []
    assert _look(page, page.url.replace("/change/", "/history/")) == []


@pytest.mark.usefixtures("planted")
def test_the_event_with_the_longest_words(visit: Visit, lantern: RunningInstallation) -> None:
    event = lantern.number(
        "SELECT id FROM audit_auditevent ORDER BY length(target_type) DESC, length(event) DESC LIMIT 1"
    )
    page = visit("sam@coalition.example")
    for name in ("change", "history"):
        assert _look(page, f"/admin/audit/auditevent/{event}/{name}/") == []


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/participants/", "/admin/transparency/reportedfigure/year/2023/", "/admin/no-such-page/"]
)
def test_other_pages(visit: Visit, path: str) -> None:
    page = visit("sam@coalition.example")
    assert _look(page, path, 404 if "no-such" in path else 200) == []


def _look(page: Page, path: str, status: int = 200) -> list[str]:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status
    return examine(page, ENDS)

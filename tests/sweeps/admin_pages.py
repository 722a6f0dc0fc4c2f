"""Every address of the admin, what staff may open, and an object for each: written down, not worked out."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.urls import reverse

from accounts.factors import ask_factor_reset
from accounts.models import User
from audit.record import PORTAL
from participants.models import Member
from participants.services import default_group
from participants.sign_on import set_sign_on
from signals.erasing import erase_value
from signals.expiring import expire
from signals.holding import place_hold
from signals.models import Contribution
from tests.sweeps.asking import World
from tests.sweeps.pages import Key
from tests.world import share
from transparency.drafting import draft_report, report_month
from transparency.models import Edition, ReportedFigure
from transparency.reporting import report_figures

LIST, ADD, CHANGE, HISTORY = "changelist", "add", "change", "history"
EVERY_MODEL_HAS = (LIST, ADD, CHANGE, "delete", HISTORY)
# What staff may open of each model; nobody deletes anything.
MODELS = {
    "accounts.factorreset": (LIST, ADD, CHANGE, HISTORY),
    "accounts.user": (LIST, CHANGE, HISTORY),
    "audit.auditevent": (LIST, CHANGE, HISTORY),
    "participants.checkin": (LIST, CHANGE, HISTORY),
    "participants.invitation": (LIST, ADD, CHANGE, HISTORY),
    "participants.participant": (LIST, ADD, CHANGE, HISTORY),
    "participants.sharinggroup": (LIST, ADD, CHANGE, HISTORY),
    "participants.signon": (LIST, ADD, CHANGE, HISTORY),
    "signals.erasure": (LIST, ADD, CHANGE, HISTORY),
    "signals.expiryrun": (LIST, CHANGE, HISTORY),
    "signals.legalhold": (LIST, ADD, CHANGE, HISTORY),
    "transparency.draft": (LIST, ADD, CHANGE, HISTORY),
    "transparency.edition": (LIST, CHANGE, HISTORY),
    "transparency.monthlyreport": (LIST, CHANGE, HISTORY),
    "transparency.reportedfigure": (LIST, CHANGE, HISTORY),
}


@dataclass(frozen=True)
class Desk:
    """An address besides those that every model has: method, answer to staff, and what it is about, part by part."""

    method: str
    answer: int
    about: tuple[str, ...] = ()


DESKS = {
    "index": Desk("get", 200),
    "app_list": Desk("get", 200, ("app",)),
    "autocomplete": Desk("get", 404),  # no page completes anything
    "jsi18n": Desk("get", 200),
    "login": Desk("get", 302),
    "logout": Desk("post", 200),
    "password_change": Desk("get", 404),
    "password_change_done": Desk("get", 200),
    "participant_agreement": Desk("post", 302, ("participants.participant",)),
    "participant_agreement_file": Desk("post", 200, ("participants.participant", "agreement")),
    "participant_buddy": Desk("post", 302, ("participants.participant",)),
    "participant_leave": Desk("get", 200, ("participants.participant",)),
    "participant_move": Desk("post", 302, ("participants.participant",)),
    "participant_vet": Desk("post", 302, ("participants.participant",)),
    "participants_checkin_send_back": Desk("post", 302, ("participants.checkin",)),
    "participants_checkin_sign_off": Desk("post", 302, ("participants.checkin",)),
    "participants_participant_export": Desk("get", 200),
    "signals_legalhold_export": Desk("get", 200),
    "figures_remind": Desk("post", 302, ("year", "participants.participant")),
    "figures_year": Desk("get", 200, ("year",)),
    "transparency_draft_compute": Desk("post", 302, ("transparency.draft",)),
    "transparency_draft_correct": Desk("post", 302, ("transparency.edition",)),
    "transparency_draft_preview": Desk("get", 200, ("transparency.draft",)),
    "transparency_draft_review": Desk("post", 302, ("transparency.draft",)),
    "transparency_edition_publish": Desk("post", 302, ("transparency.draft",)),
}
# What is no object: any year is one, and an app that is not there has no address.
NO_OBJECT = {"app", "year"}


def of_models(objects: dict[str, Key]) -> Iterator[tuple[str, str, bool, bool]]:
    """Name, address, whether staff may open it, whether it is about an object: what every model has."""
    for label, allowed in MODELS.items():
        for page in EVERY_MODEL_HAS:
            is_about = page not in (LIST, ADD)
            name = f"admin:{label.replace('.', '_')}_{page}"
            yield name, reverse(name, args=[objects[label]] if is_about else []), page in allowed, is_about


def desk_address(name: str, objects: dict[str, Key]) -> str:
    return reverse(f"admin:{name}", args=[objects[about] for about in DESKS[name].about])


def of_the_coalition(world: World) -> dict[str, Key]:
    share(bob := Member.objects.get(user__email="bob@harbor.example"), value="erased@example.com")
    over = share(bob, value="over@example.com")
    Contribution.objects.filter(signal=over).update(expires_at="2020-01-01T00:00:00Z")
    month = report_month(2025, 5)
    run = expire()
    assert month is not None
    assert run is not None
    return {
        "app": "participants",
        "year": 2025,
        "participants.sharinggroup": default_group(by=PORTAL).pk,
        "signals.erasure": erase_value(kind="email", value="erased@example.com", case="1", by=world.people["staff"]).pk,
        "signals.expiryrun": run.pk,
        "transparency.draft": draft_report(2025, by=world.people["staff"]).pk,
        "transparency.edition": Edition.objects.get(year=2024).pk,
        "transparency.monthlyreport": month.pk,
    }


def of_company(member: Member, objects: dict[str, Key], *, by: User) -> dict[str, Key]:
    company = member.participant
    held = share(member, value=f"held@{company.slug}.example")
    report_figures(2025, {"referrals": 1}, by=member)
    provider = f"https://sign-on.{company.slug}.example"
    return {
        "agreement": objects["agreement"],
        "accounts.factorreset": ask_factor_reset(member.user, reason="lost", by=by).pk,
        "accounts.user": member.user_id,
        "audit.auditevent": objects["event"],
        "participants.checkin": objects["check_in"],
        "participants.invitation": objects["invitation"],
        "participants.participant": company.pk,
        "participants.signon": set_sign_on(company, issuer=provider, client_id="lantern", secret="a secret", by=by).pk,
        "signals.legalhold": place_hold(signal_id=held.pk, reason="order 1", by=by).pk,
        "transparency.reportedfigure": ReportedFigure.objects.get(participant=company).pk,
    }


def missing(objects: dict[str, Key]) -> dict[str, Key]:
    """Nothing, in the place of each."""
    nothing = {about: uuid4() if isinstance(key, UUID) else 999_999_999 for about, key in objects.items()}
    return {**nothing, "app": objects["app"], "year": 2025}

"""Everybody who could turn on the portal, and all they could send something to."""

from collections import defaultdict
from http.cookies import SimpleCookie

from django.test import Client
from django.urls import Resolver404, resolve, reverse

from accounts.models import Letter
from audit.record import PORTAL
from participants.invitations import invite
from participants.models import Participant, Role
from tests.accounts.way_in import give_password
from tests.hardening.test_no_get_changes import ARGUMENTS
from tests.hostile.forms_of_pages import Fields, forms_of
from tests.hostile.requests import every_target
from tests.sweeps.asking import World
from tests.sweeps.asking import address as address_of
from tests.sweeps.pages import OPEN, OWN, PAGES
from tests.world import add_team_member, new_browser

# Whose pages are looked through for forms, one page of each view.
READERS = ("staff", "admin", "lead", "analyst", "untrained", "auditor", "anonymous")
KNOWN_NAMES = {"next", "then", "q", "after", "before", "page", "working", "chosen", "row", "template", "year", "days"}


class Attackers:
    """Everybody's browser, and every address with what belongs to it."""

    def __init__(self, world: World) -> None:
        self.sessions = dict(world.sessions)
        self.asked: dict[str, Fields] = {}
        self.posted: dict[str, Fields] = defaultdict(dict)
        self.files: dict[str, set[str]] = {}
        self.may: dict[str, list[str]] = {}
        self._add_half_ways(world)
        self._add_addresses(world)
        self._look_through_pages()
        self.targets = list(every_target(self.asked, self.posted, self.files))
        known = {name for target in self.targets for name in target.fields}
        self.names = sorted(known | KNOWN_NAMES)

    def browser(self, person: str) -> Client:
        """A fresh window of that person's browser, in which a fault shows as an answer."""
        client = new_browser()
        client.raise_request_exception = False
        client.cookies = SimpleCookie({name: morsel.value for name, morsel in self.sessions[person].items()})
        return client

    def _add_half_ways(self, world: World) -> None:
        """Browsers that are on their way in: between two steps, with an invitation, with an application begun."""
        half, invited, applying = new_browser(), new_browser(), new_browser()
        company = Participant.objects.get(slug="northwind")
        give_password(half, add_team_member(company, "mia", with_password=True).user.email)
        invite(company, address="noor@northwind.example", role=Role.ANALYST, by=PORTAL)
        invited.get(f"/participant/invitation/{_token_of_the_last_letter()}/")
        applying.post("/participants/apply/", {"contact_name": "Noor", "contact_email": "noor@fernlight.example"})
        self._with_challenges("lead")
        self.sessions |= {"half": half.cookies, "invited": invited.cookies, "applying": applying.cookies}

    def _with_challenges(self, person: str) -> None:
        """Passkeys are asked for and to be made: what is sent as an answer is looked at."""
        for address in ("/accounts/passkeys/new/options/", "/accounts/passkey/"):
            assert self.browser(person).post(address).status_code == 200

    def _add_addresses(self, world: World) -> None:
        rows = [(name, page.method, address_of(name, world.own), list(page.who)) for name, page in PAGES.items()]
        rows += [(name, row[0], reverse(name, args=ARGUMENTS.get(name, [])), []) for name, row in OPEN.items()]
        rows += [(name, row[0], reverse(name), []) for name, row in OWN.items()]
        rows += [(path, "get", path, []) for path in ("/static/css/tokens.css", "/nowhere/", "/favicon.ico")]
        for _, method, address, who in rows:
            (self.asked if method == "get" else self.posted)[address] = {}
            self.may[address] = who

    def _look_through_pages(self) -> None:
        """Follow the links of each of `READERS`, one page of each view, and keep the forms that are met."""
        seen: set[str] = set()
        for person in (*READERS, *(set(self.sessions) - set(READERS))):
            browser, tried = self.browser(person), {"", "account_logout", "admin:logout"}
            waiting = ["/", "/admin/", *self.asked]
            while waiting:
                page = waiting.pop()
                view = _view_of(page)
                if view in tried | seen:
                    continue
                tried.add(view)
                answer = browser.get(page)
                if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                    seen.add(view)
                    waiting += self._keep(page, answer.content.decode(), person)

    def _keep(self, page: str, content: str, person: str) -> list[str]:
        found = forms_of(page, content)
        for kept, forms in ((self.asked, found.asked), (self.posted, found.posted)):
            for address, fields in forms.items():
                if _view_of(address):
                    kept[address] = {**kept.get(address, {}), **fields}
                    self.may.setdefault(address, [person])
        self.files |= {address: found.files for address in found.posted if found.files & set(found.posted[address])}
        self.asked.setdefault(page, {})
        self.may.setdefault(page, [person])
        return [address for address in found.links if _view_of(address)]


def _token_of_the_last_letter() -> str:
    return Letter.objects.latest("pk").opened().text.split("/participant/invitation/")[1].split("/")[0]


def _view_of(address: str) -> str:
    try:
        return resolve(address).view_name if "static" not in address else ""
    except Resolver404:
        return ""

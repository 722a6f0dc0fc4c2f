"""What goes on while things fail: people who send files, decide, answer check-ins, draft the report; keys that change.

Each is a thread that does the same again and again. Who sends and who decides does it with a browser, so that requests
are under way; the others call the services. Whoever hears nothing looks what has happened before trying again.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

from django.db import Error, close_old_connections, connection, transaction

from accounts.letters import Topic
from accounts.models import User
from accounts.post import write_letter
from lantern.demo.programme import check_in_answers
from lantern.installation.folders import Home
from lantern.installation.keys import add_seal_key
from lantern.lib.key_files import HIGHEST
from lantern.lib.seal import FRESH_SECONDS
from lantern.lib.tenancy import Scope, acting, acting_as_system
from lantern.resealing import start_resealing
from participants.check_ins import answer, send_back
from participants.models import CheckIn, CheckInKind, Member
from signals.models import Upload
from signals.withdrawing import NothingInForce, withdraw
from tests.chaos.browser import Browser
from tests.chaos.ledger import Ledger, Sent
from tests.intake_file import intake_file
from transparency.drafting import compute_again, draft_report
from transparency.models import Draft

ROWS = 1_500
FIRST_SIGNALS = count(20_000_000, ROWS)
SENDERS = tuple(f"{name}@{slug}.example" for name in ("ana", "lee") for slug in ("northwind", "harbor", "pixelforge"))
DECIDERS = ("ben@northwind.example", "ben@harbor.example", "ana@meridian.example")
STAFF = "sam@coalition.example"
YEAR = 2025
PAUSE = 0.25
# Who waits looks now and then: what people do should leave the machine room for the work that is broken meanwhile.
LOOK_SECONDS = 1.0
SEND_SECONDS = (2.0, 12.0)
DECIDE_SECONDS = 1.0
CHECK_IN_SECONDS = 1.0
DRAFT_SECONDS = 4.0
REKEY_SECONDS = 20.0
LAST_SECONDS = 150.0  # for all of them to see that it is over


def member(email: str) -> Member:
    """The person, as the portal sees her."""
    with acting_as_system():
        return Member.objects.select_related("user", "participant__auth_group").get(user__email=email)


@contextmanager
def as_member(one: Member) -> Iterator[None]:
    """A transaction on her behalf."""
    with acting(Scope.MEMBER, participant_id=one.participant_id, user_id=one.user_id):
        yield


class People:
    """All of them, for the length of the `with` block; afterwards what they began is left to the workers."""

    def __init__(self, home: Home, port: int, ledger: Ledger, dice: random.Random) -> None:
        self._home, self._port, self._ledger = home, port, ledger
        self._over = threading.Event()
        self._keys = 1
        seeds = [dice.random() for _ in SENDERS]
        jobs: list[tuple[str, Callable[[], None]]] = [
            (f"send {email}", lambda email=email, seed=seed: self._sender(email, random.Random(seed)))  # type: ignore[misc]
            for email, seed in zip(SENDERS, seeds, strict=True)
        ]
        jobs += [(f"decide {email}", lambda email=email: self._decider(email)) for email in DECIDERS]  # type: ignore[misc]
        jobs += [("check in", self._checker), ("draft", self._drafter), ("keys", self._key_holder)]
        self._threads = [threading.Thread(target=self._safely, args=job, name=job[0], daemon=True) for job in jobs]

    def __enter__(self) -> "People":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        give_up = time.monotonic() + LAST_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, give_up - time.monotonic()))
            if thread.is_alive():
                self._ledger.count(self._ledger.errors, f"{thread.name} did not end")

    def _safely(self, name: str, job: Callable[[], None]) -> None:
        """Whatever no fault explains is an error of this suite, and told."""
        try:
            job()
        except BaseException as error:
            self._ledger.count(self._ledger.errors, f"{name}: {error!r}")
            raise
        finally:
            connection.close()

    def _try(self, name: str, act: Callable[[], object]) -> bool:
        """Do it; where the database went away in between nobody knows whether it was done."""
        close_old_connections()
        try:
            act()
        except Error:
            self._ledger.count(self._ledger.unsure, name)
            connection.close()
            self._over.wait(PAUSE)
            return False
        self._ledger.count(self._ledger.acts, name)
        return True

    def _until(self, ask: Callable[[], object]) -> object:
        """What the database answers, once it does."""
        while True:
            close_old_connections()
            try:
                return ask()
            except Error:
                connection.close()
                time.sleep(PAUSE)

    def _signed_in(self, browser: Browser) -> None:
        if browser.is_signed_out:
            self._until(browser.sign_in)

    def _browser(self, email: str) -> Browser:
        return self._until(lambda: Browser(self._port, email))  # type: ignore[return-value]

    # Sending files.

    def _sender(self, email: str, dice: random.Random) -> None:
        browser, one = self._browser(email), self._until(lambda: member(email))
        assert isinstance(one, Member)
        while not self._over.is_set():
            self._send(browser, one, take_back=dice.random() < 0.4)
            self._over.wait(dice.uniform(*SEND_SECONDS))

    def _send(self, browser: Browser, one: Member, *, take_back: bool) -> None:
        file = intake_file(ROWS, first=next(FIRST_SIGNALS))
        before = self._latest(one)
        found = before
        while found == before and not self._over.is_set():
            self._signed_in(browser)
            answer_ = browser.post("/signals/uploads/new/", file.content)
            if answer_.status not in (0, 302, 400, 429, 500, 503):
                self._ledger.count(self._ledger.errors, f"an upload was answered with {answer_.status}")
            found = self._latest(one)
            if answer_.went and found == before:
                self._ledger.count(self._ledger.errors, "an upload was taken and is not there")
            self._over.wait(PAUSE)
        if found == before:
            return
        sent = Sent(found, file.counts, file.for_people)
        with self._ledger.lock:
            self._ledger.uploads.append(sent)
        self._see_through(browser, one, sent, take_back=take_back)

    def _latest(self, one: Member) -> str:
        def ask() -> str:
            with acting_as_system():
                return str(Upload.objects.filter(by=one).order_by("-created_at").values_list("pk", flat=True).first())

        return str(self._until(ask))

    def _see_through(self, browser: Browser, one: Member, sent: Sent, *, take_back: bool) -> None:
        while (state := self._state(sent)) != "done":
            self._signed_in(browser)
            if state == "ready":
                browser.post(f"/signals/uploads/{sent.id}/share/")
            else:
                browser.get(f"/signals/uploads/{sent.id}/progress/")
            if self._over.is_set() and state == "applying":
                return
            time.sleep(LOOK_SECONDS)
        if take_back and not self._over.is_set():
            self._take_back(one, sent)

    def _state(self, sent: Sent) -> str:
        def ask() -> str:
            with acting_as_system():
                return str(Upload.objects.values_list("state", flat=True).get(pk=sent.id))

        return str(self._until(ask))

    def _take_back(self, one: Member, sent: Sent) -> None:
        def act() -> None:
            with as_member(one), suppress(NothingInForce):
                withdraw(Upload.objects.get(pk=sent.id), reason="mistake", by=one)

        sent.taken_back = True
        while not self._try("withdraw", act):
            pass

    # Deciding.

    def _decider(self, email: str) -> None:
        browser = self._browser(email)
        while not self._over.wait(DECIDE_SECONDS):
            self._signed_in(browser)
            given = browser.post("/reviews/next/")
            found = given.location.split("?")[0].rstrip("/").rpartition("/")[2]
            if not given.went or found == "reviews":
                continue
            done = browser.post(
                f"/reviews/{found}/decide/",
                verdict="dismissed",
                dismissed_reason="no_violation",
                reason="Nothing of the kind.",
            )
            if done.went:
                with self._ledger.lock:
                    self._ledger.decided.add(found)
                self._ledger.count(self._ledger.acts, "decide")
            else:
                self._ledger.count(self._ledger.unsure, "decide")

    # Check-ins, with a letter each time staff ask again.

    def _checker(self) -> None:
        kim = self._until(lambda: member("kim@harbor.example"))
        assert isinstance(kim, Member)
        staff = self._staff()

        def open_one() -> CheckIn:
            with acting_as_system():
                return CheckIn.objects.open().get(participant=kim.participant_id, kind=CheckInKind.CHECK_IN)

        def give() -> None:
            with as_member(kim):
                answer(open_one(), check_in_answers(CheckInKind.CHECK_IN), by=kim)

        def ask_again() -> None:
            with acting(Scope.STAFF, user_id=staff.pk), transaction.atomic():
                check_in = open_one()
                if check_in.answered_at is None:
                    return
                send_back(check_in, remark="Once more, please.", by=staff)
                context = {"check_in": check_in, "step": "due", "participant": kim.participant}
                with acting_as_system():
                    letter = write_letter("check_in_due", topic=Topic.PROGRAMME, to=kim.user, context=context)
                assert letter is not None
                written.append(str(letter.pk))

        while not self._over.wait(CHECK_IN_SECONDS):
            self._try("answer", give)
            written: list[str] = []
            if self._try("send back", ask_again):
                self._ledger.letters.update(written)

    def _staff(self) -> User:
        def ask() -> User:
            with acting_as_system():
                return User.objects.get(email=STAFF)

        staff = self._until(ask)
        assert isinstance(staff, User)
        return staff

    # Drafting.

    def _drafter(self) -> None:
        staff = self._staff()

        def act() -> None:
            with acting(Scope.STAFF, user_id=staff.pk):
                draft_report(YEAR, by=staff)
                compute_again(Draft.objects.get(year=YEAR, edition=None), by=staff)

        while not self._over.wait(DRAFT_SECONDS):
            self._try("draft", act)

    # Keys.

    def _key_holder(self) -> None:
        while not self._over.wait(REKEY_SECONDS if self._keys > 1 else 5.0):
            try:
                if self._keys < HIGHEST:
                    add_seal_key(self._home)
                    self._keys += 1
            except Exception as error:  # noqa: BLE001 -- the key folder is away for a moment
                self._ledger.count(self._ledger.unsure, f"add key ({type(error).__name__})")
                continue
            time.sleep(FRESH_SECONDS)
            self._try("re-encrypt", start_resealing)

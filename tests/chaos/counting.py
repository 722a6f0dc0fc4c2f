"""What is there at the end, against what people were told: lost, doubled, or stuck, each with its name.

Asked of the tables by their owner, past the application and its walls.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from tests.chaos.ledger import Ledger, Sent
from tests.chaos.mailbox import Mailbox
from tests.chaos.people import SENDERS, YEAR

READERS = 4
COUNTED = ("read", "new", "corroborated", "already_yours", "duplicate", "rejected")
CONTRIBUTIONS = """
SELECT count(*), count(DISTINCT signal_id), count(*) FILTER (WHERE state = 'in_force'),
count(*) FILTER (WHERE state = 'withdrawn') FROM signals_contribution WHERE upload_id = %(id)s
"""
SIGNALS = """
SELECT count(*) FILTER (WHERE contributor_count > 0), count(*) FILTER (WHERE contributor_count > 1),
count(*) FILTER (WHERE contributor_count = 0 AND value IS NOT NULL) FROM signals_signal
WHERE id IN (SELECT signal_id FROM signals_contribution WHERE upload_id = %(id)s)
"""
REVIEWS = """
SELECT count(*) FROM reviews_review
WHERE signal_id IN (SELECT signal_id FROM signals_contribution WHERE upload_id = %(id)s)
"""
STAGED = "SELECT count(*) FROM signals_stagedrow WHERE batch = %(id)s AND outcome <> 'rejected'"
WITHDRAWN = "SELECT count(*), coalesce(sum(ended), 0) FROM signals_withdrawal WHERE upload_id = %(id)s"
EVENTS = "SELECT count(*) FROM audit_auditevent WHERE event = %(event)s AND id > %(since)s"
UNKNOWN_UPLOADS = """
SELECT count(*) FROM signals_upload u JOIN participants_member m ON m.id = u.by_id
JOIN accounts_user p ON p.id = m.user_id
WHERE p.email = ANY(%(emails)s) AND NOT u.id = ANY(%(known)s::uuid[]) AND u.state <> 'checking'
"""
Query = psycopg.Connection[tuple[object, ...]]


@dataclass
class Verdict:
    """Each a number by what it is of; all three must stay empty."""

    lost: dict[str, int] = field(default_factory=dict)
    doubled: dict[str, int] = field(default_factory=dict)
    stuck: dict[str, int] = field(default_factory=dict)

    def compare(self, what: str, found: int, wanted: int) -> None:
        """Fewer is lost, more is doubled."""
        if found < wanted:
            self.lost[what] = self.lost.get(what, 0) + wanted - found
        if found > wanted:
            self.doubled[what] = self.doubled.get(what, 0) + found - wanted


class Counting:
    """`since` is the latest event before the faults began."""

    def __init__(self, connection: Query, ledger: Ledger, mailbox: Mailbox, since: int) -> None:
        self._connection, self._ledger, self._mailbox, self._since = connection, ledger, mailbox, since
        self.verdict = Verdict()

    def judge(self) -> Verdict:
        """Everything."""
        for sent in self._ledger.uploads:
            self._judge_upload(sent)
        judges: tuple[Callable[[], None], ...] = (
            self._judge_decisions,
            self._judge_check_ins,
            self._judge_draft,
            self._judge_letters,
            self._judge_keys,
        )
        for judge in judges:
            judge()
        known = [sent.id for sent in self._ledger.uploads]
        if more := self._numbers(UNKNOWN_UPLOADS, emails=list(SENDERS), known=known)[0]:
            self.verdict.doubled["uploads that nobody followed"] = more
        return self.verdict

    def _numbers(self, statement: str, **values: object) -> list[int]:
        row = self._connection.execute(statement, values).fetchone()
        assert row is not None
        return [int(str(number)) for number in row]

    def _judge_upload(self, sent: Sent) -> None:
        row = self._connection.execute("SELECT state, counts FROM signals_upload WHERE id = %s", [sent.id]).fetchone()
        if row is None:
            self.verdict.lost["uploads"] = self.verdict.lost.get("uploads", 0) + 1
            return
        state, counts = row
        if state != "done":
            self.verdict.stuck[f"upload {sent.id} {state}"] = 1
            return
        assert isinstance(counts, dict)
        for name in COUNTED:
            self.verdict.compare(f"{name} in the counts of an upload", counts[name], sent.counts[name])
        compare, new = self.verdict.compare, int(sent.counts["new"])
        rows, signals, in_force, withdrawn = self._numbers(CONTRIBUTIONS, id=sent.id)
        compare("contributions", rows, new)
        compare("signals", signals, new)
        compare("contributions in force", in_force, 0 if sent.taken_back else new)
        compare("contributions taken back", withdrawn, new if sent.taken_back else 0)
        shown, corroborated, kept = self._numbers(SIGNALS, id=sent.id)
        compare("signals in force", shown, 0 if sent.taken_back else new)
        compare("signals with a second contributor", corroborated, 0)
        compare("values that were taken back", kept, 0)
        compare("staged rows left over", self._numbers(STAGED, id=sent.id)[0], 0)
        self._judge_rest(sent, new)

    def _judge_rest(self, sent: Sent, new: int) -> None:
        reviews = self._numbers(REVIEWS, id=sent.id)[0]
        wanted = READERS * sent.for_people
        if not sent.taken_back or reviews > wanted:  # what was taken back before it was routed is nobody's work
            self.verdict.compare("reviews", reviews, wanted)
        if sent.taken_back:
            asked, ended = self._numbers(WITHDRAWN, id=sent.id)
            self.verdict.compare("withdrawals", asked, 1)
            self.verdict.compare("contributions that withdrawals count", ended, new)

    def _judge_decisions(self) -> None:
        decided = "SELECT count(*) FROM reviews_decision WHERE review_id = ANY(%(ids)s::uuid[])"
        twice = "SELECT count(*) - count(DISTINCT review_id) FROM reviews_decision"
        self.verdict.compare(
            "decisions", self._numbers(decided, ids=list(self._ledger.decided))[0], len(self._ledger.decided)
        )
        self.verdict.compare("decisions of one review", self._numbers(twice)[0], 0)
        all_of_them = self._numbers("SELECT count(*) FROM reviews_decision")[0]
        self.verdict.compare("events of decisions", self._events("review.decided"), all_of_them)

    def _judge_check_ins(self) -> None:
        self._between("answers", self._events("check_in.answered"), "answer")

    def _judge_draft(self) -> None:
        computed = self._events("report.computed")
        self._between("computations of the draft", computed, "draft")
        revision = self._numbers(
            "SELECT coalesce(max(revision), 1) FROM transparency_draft WHERE year = %(y)s", y=YEAR
        )[0]
        self.verdict.compare("revisions of the draft", revision - 1, computed)

    def _between(self, what: str, found: int, name: str) -> None:
        """What was acknowledged is there; what broke off may be."""
        sure = self._ledger.acts[name]
        self.verdict.compare(what, min(found, sure), sure)
        most = sure + self._ledger.unsure[name]
        self.verdict.compare(what, max(found, most), most)

    def _judge_letters(self) -> None:
        kept = self._connection.execute("SELECT id::text, sent_at IS NOT NULL FROM accounts_letter").fetchall()
        letters = {str(letter): bool(sent) for letter, sent in kept}
        self.verdict.compare("letters", len(self._ledger.letters & set(letters)), len(self._ledger.letters))
        sent = {letter for letter, was_sent in letters.items() if was_sent}
        self.verdict.compare("letters that count as sent", len(sent & set(self._mailbox.taken)), len(sent))

    def _judge_keys(self) -> None:
        newest = """
            SELECT coalesce(sum(unopened), 0) FROM lantern_resealing
            WHERE key = (SELECT max(key) FROM lantern_resealing)
        """
        if unopened := self._numbers(newest)[0]:
            self.verdict.lost["values that no key opens"] = unopened

    def _events(self, event: str) -> int:
        return self._numbers(EVENTS, event=event, since=self._since)[0]

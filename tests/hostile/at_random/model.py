"""The portal as plain Python: what must be so after each thing that members do. It knows no database."""

from dataclasses import dataclass, field
from uuid import UUID

MOST_HELD = 3
LOOKING = {"active", "read_only"}
GROUP_OF = {"all": ("northwind", "harbor", "cloudnine"), "pair": ("harbor", "cloudnine")}


@dataclass(frozen=True)
class Said:
    """One participant's word on a signal while it is in force."""

    key: UUID
    severity: int
    harms: frozenset[str]
    confidence: int | None
    tlp: int
    is_overdue: bool = False


@dataclass
class SignalModel:
    """A signal: who says what about it, what holds it, and who ever said something."""

    key: UUID
    group: str
    value: str
    words: dict[str, Said] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)
    holds: set[UUID] = field(default_factory=set)
    has_value: bool = True
    is_erased: bool = False

    def derived(self) -> tuple[int, int, int | None, int, frozenset[str]]:
        """How many companies, and the severity, confidence, TLP and harm that follow from their words."""
        words = list(self.words.values())
        said = [word.confidence for word in words if word.confidence is not None]
        harms = frozenset(harm for word in words for harm in word.harms)
        grades = max(word.severity for word in words), max(said, default=None), max(word.tlp for word in words)
        return (len(words), *grades, harms)


@dataclass
class DecisionModel:
    """One decision of a review."""

    key: UUID
    by: str
    outcome: str
    accounts: int
    is_undone: bool = False


@dataclass
class ReviewModel:
    """One company's work item for one signal."""

    company: str
    signal: UUID
    state: str = "open"
    holder: str | None = None
    has_lapsed: bool = False
    decisions: list[DecisionModel] = field(default_factory=list)

    def held_by(self, member: str) -> bool:
        """Whether the member's lease runs."""
        return self.holder == member and not self.has_lapsed and self.state == "open"

    def standing(self) -> DecisionModel | None:
        """The newest decision that was not undone."""
        return next((each for each in reversed(self.decisions) if not each.is_undone), None)

    def free(self) -> None:
        """Nobody holds it any more."""
        self.holder, self.has_lapsed = None, False


class PortalModel:
    """All that is there: companies in a state, members that are active or not, signals and reviews."""

    def __init__(self) -> None:
        self.states = dict.fromkeys(GROUP_OF["all"], "active")
        self.removed: set[str] = set()
        self.signals: dict[UUID, SignalModel] = {}
        self.reviews: dict[tuple[str, UUID], ReviewModel] = {}
        self.withdrawn = self.expired = 0

    def may_look(self, member: str) -> bool:
        """Whether the member sees signals at all."""
        return member not in self.removed and self.states[company_of(member)] in LOOKING

    def may_work(self, member: str) -> bool:
        """Whether the member may share and decide."""
        return member not in self.removed and self.states[company_of(member)] == "active"

    def known_in(self, group: str, value: str) -> SignalModel | None:
        """The signal of a value in a group; one that was erased is forgotten."""
        found = (each for each in self.signals.values() if (each.group, each.value) == (group, value))
        return next((each for each in found if not each.is_erased), None)

    def visible_to(self, company: str) -> set[UUID]:
        """The signals that the company sees: of its groups, with something in force."""
        return {each.key for each in self.signals.values() if company in GROUP_OF[each.group] and each.words}

    def held(self, member: str) -> list[ReviewModel]:
        """What the member holds."""
        return [review for review in self.reviews.values() if review.held_by(member)]

    def free_for(self, company: str) -> set[tuple[str, UUID]]:
        """What the company's people could take now."""
        seen = self.visible_to(company)
        return {
            key
            for key, review in self.reviews.items()
            if key[0] == company
            and key[1] in seen
            and review.state == "open"
            and (review.holder is None or review.has_lapsed)
        }

    def say(self, signal: SignalModel, company: str, word: Said) -> None:
        """A word was said, instead of an earlier one if there was one."""
        signal.words[company] = word
        signal.ever.add(company)
        signal.has_value = True
        self.signals[signal.key] = signal

    def end(self, signal: SignalModel, company: str) -> None:
        """A word ended. With the last one the value goes, unless it is held, and open reviews close."""
        del signal.words[company]
        if signal.words:
            return
        signal.has_value = bool(signal.holds)
        for review in self._of(signal):
            if review.state == "open":
                review.state = "closed"
                review.free()

    def lift(self, signal: SignalModel, hold: UUID) -> None:
        """A hold ended; what had ended meanwhile is gone."""
        signal.holds.discard(hold)
        if not signal.words and not signal.holds:
            signal.has_value = False

    def route(self) -> None:
        """Every active company that may read a signal, and does not share it, has a review of it that is not closed."""
        for signal in self.signals.values():
            for company in GROUP_OF[signal.group] if signal.words else ():
                if self.states[company] == "active" and company not in signal.words:
                    review = self.reviews.setdefault((company, signal.key), ReviewModel(company, signal.key))
                    review.state = "open" if review.state == "closed" else review.state

    def _of(self, signal: SignalModel) -> list[ReviewModel]:
        return [review for review in self.reviews.values() if review.signal == signal.key]


def company_of(member: str) -> str:
    """The company in a member's name, `harbor.lead`."""
    return member.partition(".")[0]

"""What was shared."""

from signals.end_reasons import END_REASONS, EXPIRED
from signals.kinds import KINDS
from signals.vocabulary import HARM_TYPES
from transparency.facts import Facts, sum_of
from transparency.figures.base import Figure, Section, Shares, by_scope, whole

SECTION = Section(
    "sharing",
    "What was shared",
    "A signal is one identifier, hash or phrase that a participant came upon while it enforced its own child-safety"
    " policies. It is a lead for others, never proof. No image, video or chat is shared.",
)
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
BASES = [("incident", "Incident-based"), ("content", "Content-based")]
ONCE = "A signal counts once, when it is first shared; what others say about it later is counted apart."


def _by_basis(facts: Facts) -> Shares:
    kinds = facts.of("signals_kind")
    return {basis: sum_of(share for kind, share in kinds.items() if KINDS[kind].basis == basis) for basis, _ in BASES}


FIGURES = (
    Figure(
        "signals_shared",
        SECTION.name,
        "Signals shared",
        "signals",
        "Different signals that were shared for the first time in the period.",
        whole("signals_kind"),
        caveats=ONCE,
        headline=True,
    ),
    Figure(
        "signals_by_basis",
        SECTION.name,
        "Signals shared, incident-based and content-based",
        "signals",
        "The signals shared in the period. Incident-based ones name an account or a way to reach somebody,"
        " content-based ones a place, a file or a phrase.",
        _by_basis,
        scopes=BASES,
        caveats=ONCE,
    ),
    Figure(
        "signals_by_kind",
        SECTION.name,
        "Signals shared, by kind",
        "signals",
        "The signals shared in the period, by the kind of the value. A signal has one kind.",
        by_scope("signals_kind"),
        scopes=[(kind.name, kind.label) for kind in KINDS.values()],
        caveats=ONCE,
        chart="bars",
    ),
    Figure(
        "signals_by_harm",
        SECTION.name,
        "Signals shared, by harm type",
        "signals",
        "The signals shared in the period, by the harm types that were named when they were first shared. A signal can"
        " name several: these do not add up.",
        by_scope("signals_harm"),
        scopes=[(harm.name, harm.label) for harm in HARM_TYPES.values()],
        caveats=ONCE,
        chart="bars",
    ),
    Figure(
        "signals_by_month",
        SECTION.name,
        "Signals shared, by month",
        "signals",
        "The signals shared in the period, by the month (UTC) in which they were first shared.",
        by_scope("signals_month"),
        scopes=[(f"{number:02}", name) for number, name in enumerate(MONTHS, start=1)],
        caveats=ONCE,
        chart="months",
        has_cumulative=False,
    ),
    Figure(
        "contributions",
        SECTION.name,
        "Contributions",
        "contributions",
        "Participants' first words on signals in the period: a signal that three companies shared has three.",
        whole("words"),
        caveats="Corrections and renewals of one's own word are not counted again.",
    ),
    Figure(
        "signals_corroborated",
        SECTION.name,
        "Signals confirmed by a second participant",
        "signals",
        "Signals that a second participant confirmed in the period by sharing them too.",
        whole("confirmed"),
        headline=True,
    ),
    Figure(
        "signals_disputed",
        SECTION.name,
        "Signals disputed",
        "signals",
        "Signals on which two participants came to opposite conclusions for the first time in the period: one acted on"
        " the signal, or confirmed it by sharing it too, and another rejected it.",
        whole("disputed"),
        caveats="A dispute counts from when it arose, also where it was settled later.",
    ),
    Figure(
        "contributions_withdrawn",
        SECTION.name,
        "Contributions withdrawn, by reason",
        "contributions",
        "Contributions that ended in the period because their participant took them back, left, or a value was erased.",
        by_scope("withdrawn", with_total=True),
        scopes=[
            ("", "All reasons"),
            *((reason.name, reason.label) for reason in END_REASONS.values() if reason.name != EXPIRED.name),
        ],
    ),
    Figure(
        "contributions_expired",
        SECTION.name,
        "Contributions expired",
        "contributions",
        "Contributions that ended in the period because their time was over.",
        whole("expired"),
    ),
)

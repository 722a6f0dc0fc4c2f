"""Who took part."""

from collections import Counter

from participants.models import Industry
from transparency.facts import Facts, Share
from transparency.figures.base import Figure, Section, Shares

SECTION = Section(
    "participation",
    "Who took part",
    "Companies take part once they have been vetted, have signed the agreement and have been trained. Not every"
    " participant shares or decides in every year.",
)
NOT_SAID = ("not_said", "Not said")
BY_THE_TIMELINE = "By the recorded moves in the programme; nothing that came after the period changes it."


def _companies(facts: Facts) -> Shares:
    return {"": Counter(company.id for company in facts.standing.at_end)}


def _by_industry(facts: Facts) -> Shares:
    found: dict[str, Share] = {}
    for company in facts.standing.at_end:
        found.setdefault(company.industry or NOT_SAID[0], Counter())[company.id] = 1
    return found


def _by_direction(facts: Facts) -> Shares:
    found: dict[str, Share] = {"both": Counter(), "receive_only": Counter()}
    for company in facts.standing.at_end:
        found["receive_only" if company.receive_only else "both"][company.id] = 1
    return found


def each_of(share: Share) -> Share:
    """Every participant that has something in it, once."""
    return Counter({participant: 1 for participant in share if participant is not None})


def _sharing(facts: Facts) -> Shares:
    return {"": each_of(facts.total("words"))}


def _deciding(facts: Facts) -> Shares:
    return {"": each_of(facts.total("decided"))}


def _reporting(facts: Facts) -> Shares:
    return {"": each_of(facts.total("words") | facts.total("decided"))}


FIGURES = (
    Figure(
        "participants",
        SECTION.name,
        "Participants",
        "participants",
        "Companies that had become active and had not left by the end of the period.",
        _companies,
        caveats=BY_THE_TIMELINE,
        aggregation="standing",
        headline=True,
        has_cumulative=False,
    ),
    Figure(
        "participants_by_industry",
        SECTION.name,
        "Participants, by sector",
        "participants",
        "The participants at the end of the period, by the sector the coalition put them in. Each is in one.",
        _by_industry,
        scopes=[*Industry.choices, NOT_SAID],
        caveats=BY_THE_TIMELINE,
        aggregation="standing",
        chart="bars",
        has_cumulative=False,
    ),
    Figure(
        "participants_by_direction",
        SECTION.name,
        "Participants that share, and that only receive",
        "participants",
        "The participants at the end of the period, by whether they may share signals or only receive them.",
        _by_direction,
        scopes=[("both", "Share and receive"), ("receive_only", "Receive only")],
        caveats=BY_THE_TIMELINE,
        aggregation="standing",
        has_cumulative=False,
    ),
    Figure(
        "participants_reporting",
        SECTION.name,
        "Participants reporting",
        "participants",
        "Companies that shared or confirmed at least one signal in the period, or recorded a decision that stood at its"
        " end.",
        _reporting,
        aggregation="distinct",
    ),
    Figure(
        "participants_sharing",
        SECTION.name,
        "Participants that shared signals",
        "participants",
        "Companies that shared or confirmed at least one signal in the period.",
        _sharing,
        aggregation="distinct",
    ),
    Figure(
        "participants_deciding",
        SECTION.name,
        "Participants that decided on signals",
        "participants",
        "Companies that recorded at least one decision in the period that stood at its end.",
        _deciding,
        aggregation="distinct",
    ),
)

"""How it was looked after: appeals, requests of governments, check-ins, training, errors put right."""

from participants.models import CheckInKind
from signals.end_reasons import WITHDRAWAL_REASONS
from transparency.facts import Facts, sum_of
from transparency.figures.base import Figure, Section, Shares, by_scope, whole

SECTION = Section(
    "accountability",
    "How it was looked after",
    "Participants answer the coalition regularly, people can appeal to the company that acted, and what was wrong is"
    " put right.",
)
TOLD = "As participants told it in check-ins that were signed off in the period; nothing that the portal recorded."
ERRORS = ("mistake", "wrong_identity", "no_violation")


def _appeals_told(facts: Facts) -> Shares:
    told = facts.of("told")
    return {name: told[name] for name in ("upheld", "reversed") if name in told}


def _requests(facts: Facts) -> Shares:
    told = facts.of("told")
    return {
        scope: told[name] for scope, name in (("received", "requests"), ("challenged", "challenged")) if name in told
    }


def _errors(facts: Facts) -> Shares:
    parts = {"corrected": facts.total("corrected")}
    parts |= {name: share for name, share in facts.of("withdrawn").items() if name in ERRORS}
    return {**parts, "": sum_of(parts.values())}


FIGURES = (
    Figure(
        "appeals",
        SECTION.name,
        "Appeals recorded, by outcome",
        "appeals",
        "Appeals of the people concerned that participants recorded with a decision in the period: upheld, the decision"
        " stood; reversed, it was wrong.",
        by_scope("appeals", with_total=True),
        scopes=[("", "All"), ("upheld", "Upheld"), ("reversed", "Reversed")],
    ),
    Figure(
        "appeals_told",
        SECTION.name,
        "Appeals told at check-ins, by outcome",
        "appeals",
        "Appeals against actions that followed a signal, counted by the participants themselves.",
        _appeals_told,
        scopes=[("upheld", "Upheld"), ("reversed", "Reversed")],
        caveats=TOLD,
    ),
    Figure(
        "government_requests",
        SECTION.name,
        "Government requests",
        "requests",
        "Requests of governments or courts that named signals or this programme, and how many of them were refused or"
        " challenged.",
        _requests,
        scopes=[("received", "Received"), ("challenged", "Refused or challenged")],
        caveats=TOLD,
    ),
    Figure(
        "check_ins",
        SECTION.name,
        "Check-ins held",
        "check-ins",
        "Check-ins and reviews of policy and practice that staff signed off in the period.",
        by_scope("check_ins", with_total=True),
        scopes=[("", "All"), *CheckInKind.choices],
    ),
    Figure(
        "trainings",
        SECTION.name,
        "Trainings completed",
        "modules",
        "Training modules that people of the participants passed in the period.",
        whole("trainings"),
        caveats="Somebody who passes a module again, because it ran out or was renewed, counts again.",
    ),
    Figure(
        "errors_corrected",
        SECTION.name,
        "Data errors corrected",
        "corrections",
        "Contributions that their participant put right, or took back because they were a mistake, named the wrong"
        " person or content, or showed no violation on a second look.",
        _errors,
        scopes=[
            ("", "All"),
            ("corrected", "Put right"),
            *((name, f"Taken back: {WITHDRAWAL_REASONS[name].label.lower()}") for name in ERRORS),
        ],
    ),
)

"""A participant's own report of a period: what it gave, what it received, what it did. For its own people alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from lantern.lib.csvfile import rows_as_csv
from lantern.lib.tenancy import acting_as_system
from participants.models import Participant
from reviews.finality import COUNTS
from reviews.outcomes import ACTIONED, UNITS
from transparency.answers import answers_in
from transparency.facts import Facts
from transparency.models import ReportedFigure
from transparency.periods import Period
from transparency.rollups import facts_of

RECORDED, REPORTED = "recorded", "reported"
COLUMNS = ("Company", "Reporting period", "Source", "Part", "Indicator", "Value", "Unit", "Definition")

CONFIRMED = """
SELECT count(*) FROM (
    SELECT c.signal_id, min(c.shared_at) FILTER (WHERE c.participant_id = %(own)s) AS own,
        min(c.shared_at) FILTER (WHERE c.participant_id <> %(own)s) AS other
    FROM signals_contribution c
    WHERE c.signal_id IN (SELECT signal_id FROM signals_contribution WHERE participant_id = %(own)s)
    GROUP BY 1
) first WHERE other > own AND other >= %(start)s AND other < %(end)s
"""
# When a review first came. Its `created_at` is set anew when the review of a signal that ended is revived; its id, a
# version 7 UUID (RFC 9562), begins with the milliseconds at which it was made and stays.
CAME = """least(r.created_at,
    to_timestamp(('x' || left(replace(r.id::text, '-', ''), 12))::bit(48)::bigint / 1000.0))"""
# Of the reviews that came in the period, how far each had come at its end.
RECEIVED = f"""
SELECT count(*),
    count(*) FILTER (WHERE d.verdict IS NOT NULL OR EXISTS (
        SELECT 1 FROM audit_auditevent a WHERE a.target_type = 'reviews.review' AND a.target_id = r.id::text
        AND a.event = 'review.claimed' AND a.at < %(end)s)),
    count(d.verdict),
    count(*) FILTER (WHERE d.verdict = %(actioned)s)
FROM reviews_review r
LEFT JOIN LATERAL (
    SELECT d.verdict FROM reviews_decision d WHERE d.review_id = r.id AND d.decided_at < %(end)s
    AND {COUNTS.format("d")} ORDER BY d.id DESC LIMIT 1
) d ON true
WHERE r.participant_id = %(own)s AND r.created_at >= %(start)s AND {CAME} >= %(start)s AND {CAME} < %(end)s
"""


@dataclass(frozen=True)
class Line:
    """One number of the report. `number` is None where nobody collected it."""

    name: str
    part: str
    label: str
    number: int | None
    unit: str
    definition: str
    source: str = RECORDED

    @property
    def shown(self) -> str:
        """The number as it is written."""
        return "not collected" if self.number is None else f"{self.number:,}"


GIVEN, TAKEN, DONE, OUTSIDE = "Shared", "Received", "Measures", "Outside the portal"


def lines_of(participant: Participant, period: Period) -> list[Line]:
    """Everything, recorded numbers first, reported ones apart from them."""
    with acting_as_system():
        facts = facts_of(period)
        recorded = [*_given(participant, facts), *_taken(participant, period), *_done(participant, facts)]
    return [*recorded, *_reported(participant, period.first.year)]


def latest_reported(participant: Participant, year: int) -> Mapping[str, ReportedFigure]:
    """The participant's latest word on each unit of a year."""
    return {row.name: row for row in ReportedFigure.objects.filter(participant=participant, year=year).order_by("pk")}


def csv_of(participant: Participant, period: Period) -> str:
    """RFC 4180, one number a row."""
    rows = (
        (participant.name, period.label, line.source, line.part, line.label, line.shown.replace(",", ""), line.unit,
         line.definition)
        for line in lines_of(participant, period)
    )  # fmt: skip
    return "".join(rows_as_csv([COLUMNS, *rows]))


def paragraphs_of(lines: list[Line], period: Period) -> list[tuple[str, str]]:
    """(heading, text) in the three parts of the TRUST framework, to paste into one's own transparency report."""
    number = {line.name: line.shown for line in lines if line.source == RECORDED}
    done = [f"{line.shown} {line.unit}" for line in lines if line.part == DONE and line.number]
    year = period.first.year
    return [
        (
            "Policies and practices",
            (
                f"In {year} we took part in a programme in which companies share signals about child sexual"
                " exploitation. A signal is a lead, never proof: our people judge each one on our own platform, under"
                " our own policies, and nothing is enforced automatically."
            ),
        ),
        (
            "Processes and systems",
            (
                f"We shared {number['shared']} signals. Other companies confirmed {number['confirmed']} of ours by"
                f" sharing them too, and {number['wrong']} times told us that one did not hold up; we withdrew"
                f" {number['withdrawn']} contributions. We received {number['received']} signals for review, looked at"
                f" {number['looked_at']} of them and decided {number['decided']}."
            ),
        ),
        (
            "Outcomes",
            (
                f"{number['actioned']} of these led to action by us: {_listed(done)}. Each number counts what our"
                " people recorded with their decisions; different units are not added up."
            ),
        ),
    ]


def _listed(parts: list[str]) -> str:
    if not parts:
        return "no measures were recorded"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _given(participant: Participant, facts: Facts) -> Iterator[Line]:
    own, period = participant.pk, facts.period
    values = {"own": own, "start": period.start, "end": period.end}
    answers = answers_in(period, to=[own])[own]
    yield Line("shared", GIVEN, "Shared or confirmed by us", facts.total("words")[own], "signals",
               "Signals on which we said something for the first time in the period.")  # fmt: skip
    yield Line("confirmed", GIVEN, "Confirmed by others", _ask(CONFIRMED, values)[0], "signals",
               "Signals of ours that another company shared too, for the first time in the period.")  # fmt: skip
    yield Line("helped", GIVEN, "Helped others", answers["helped"], "answers",
               "Answers of other companies in the period, standing at its end, that they acted on a signal of ours, or"
               " that it bore out what they had acted on.")  # fmt: skip
    yield Line("wrong", GIVEN, "Disputed by others", answers["wrong"], "answers",
               "Answers of other companies in the period, standing at its end, that a signal of ours did not hold"
               " up.")  # fmt: skip
    yield Line("withdrawn", GIVEN, "Withdrawn by us", facts.total("withdrawn")[own], "contributions",
               "Contributions of ours that we took back in the period.")  # fmt: skip


def _taken(participant: Participant, period: Period) -> Iterator[Line]:
    values = {"own": participant.pk, "start": period.start, "end": period.end, "actioned": ACTIONED.name}
    numbers = _ask(RECEIVED, values)
    for number, (name, label, definition) in zip(
        numbers,
        (
            ("received", "Received (downloaded)", "Signals that came to our people for review in the period."),
            ("looked_at", "Looked at (matched)", "Of these, the ones a person of ours opened to work on."),
            ("decided", "Decided (reviewed)", "Of these, the ones with a decision standing at the period's end."),
            ("actioned", "Actioned (actionable)", "Of these, the ones that broke our policies and led to action."),
        ),
        strict=True,
    ):
        yield Line(name, TAKEN, label, number, "signals", definition)


def _done(participant: Participant, facts: Facts) -> Iterator[Line]:
    for unit in UNITS.values():
        number = facts.number("measured", unit.name, participant.pk)
        definition = f"The sum of {unit.label} recorded with our decisions of the period that stood at its end."
        yield Line(unit.name, DONE, unit.label[0].upper() + unit.label[1:], number, unit.label, definition)


def _reported(participant: Participant, year: int) -> Iterator[Line]:
    for name, row in latest_reported(participant, year).items():
        unit = UNITS[name]
        definition = row.note or "As we told it ourselves; not recorded in the portal."
        label = unit.label[0].upper() + unit.label[1:]
        yield Line(name, OUTSIDE, label, row.number, unit.label, definition, REPORTED)


def _ask(query: str, values: Mapping[str, Any]) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: tuple[int, ...] = cursor.fetchone()
    return found

"""What leads see, drawn: pictures on the server, each beside its table."""

from collections.abc import Callable, Sequence
from typing import Any

from participants.models import Member
from reviews import team_figures
from reviews.models import Review, ReviewState
from reviews.team_figures import Day, Group
from signals.kinds import KINDS
from signals.vocabulary import HARM_TYPES

HEIGHT, DAY_WIDTH = 100, 10
MINUTE, HOUR, DAY = 60, 3_600, 86_400
NOT_ENOUGH = "–"


def window_of(asked: str) -> int:
    """The number of days that was asked for; the shortest window for anything else."""
    return next((days for days in team_figures.WINDOWS if asked == str(days)), team_figures.WINDOWS[0])


def page_of(member: Member, window: int = team_figures.WINDOWS[0]) -> dict[str, Any]:
    """The context of `reviews/team.html` over the last `window` days."""
    own = member.participant_id
    days = team_figures.days_of(own, window)
    kinds, harms = team_figures.by_kind(own, window), team_figures.by_harm(own, window)
    whole = team_figures.whole(own, window)
    return {
        "days_count": window,
        "windows": team_figures.WINDOWS,
        "picture_width": window * DAY_WIDTH,
        "least_people": team_figures.LEAST_PEOPLE,
        "oldest_at": team_figures.oldest_open(own),
        "due": Review.objects.filter(participant=own, state=ReviewState.OPEN).count(),
        "arrived": sum(day.arrived for day in days),
        "decided": sum(day.decided for day in days),
        "whole": _told(whole, "All"),
        "day_bars": _day_bars(days),
        "most_a_day": max((max(day.arrived, day.decided) for day in days), default=0),
        "first_day": days[0].day,
        "last_day": days[-1].day,
        "day_columns": ["Day", "Arrived", "Decided"],
        "day_rows": [[f"{day.day:%-d %B}", day.arrived, day.decided] for day in reversed(days)],
        "parts": [
            _part("kind", "By kind", kinds, lambda name: KINDS[name].label),
            _part("harm", "By harm", harms, lambda name: HARM_TYPES[name].label),
        ],
        "second": team_figures.second_looks(own, window),
        "severe": team_figures.severe_work(own, window),
    }


def _day_bars(days: Sequence[Day]) -> list[dict[str, Any]]:
    """A pair of columns per day in a picture 100 high and 10 wide a day, y downwards."""
    most = max((max(day.arrived, day.decided) for day in days), default=0) or 1
    return [
        {
            "x": number * DAY_WIDTH,
            "x_decided": number * DAY_WIDTH + 4,
            "arrived": round(HEIGHT * day.arrived / most, 1),
            "arrived_y": round(HEIGHT - HEIGHT * day.arrived / most, 1),
            "decided": round(HEIGHT * day.decided / most, 1),
            "decided_y": round(HEIGHT - HEIGHT * day.decided / most, 1),
        }
        for number, day in enumerate(days)
    ]


def _part(name: str, title: str, groups: Sequence[Group], label: Callable[[str], str]) -> dict[str, Any]:
    told = [_told(group, label(group.name)) for group in groups]
    slowest = max((group.quartiles[1] for group in groups if group.quartiles), default=0)
    medians = [
        {
            "label": label(group.name),
            "value": duration(group.quartiles[1]),
            "width": round(100 * group.quartiles[1] / slowest, 1) if slowest else 0,
            "mark": "",
        }
        for group in groups
        if group.quartiles
    ]
    columns = ["", "Decided", "Time, first quarter", "Half", "Three quarters", "Disputed", "Reversed"]
    keys = ("label", "decided", "quarter", "half", "three_quarters", "disputed", "reversed")
    rows = [[row[key] for key in keys] for row in told]
    return {"name": name, "title": title, "bars": medians, "columns": columns, "rows": rows}


def _told(group: Group, label: str) -> dict[str, str]:
    quartiles = [duration(seconds) for seconds in group.quartiles] if group.quartiles else [NOT_ENOUGH] * 3
    return {
        "label": label,
        "decided": f"{group.decided:,}",
        "quarter": quartiles[0],
        "half": quartiles[1],
        "three_quarters": quartiles[2],
        "disputed": share(group.disputed, group.reviews),
        "reversed": share(group.reversed, group.reviews),
    }


def duration(seconds: float) -> str:
    """A length of time in its largest unit that fits: "5 min", "3.5 h", "2.1 d"."""
    if seconds < HOUR:
        return f"{max(0, round(seconds / MINUTE))} min"
    return f"{seconds / HOUR:.1f} h" if seconds < 2 * DAY else f"{seconds / DAY:.1f} d"


def share(part: int, of: int) -> str:
    """ "4 of 120 (3%)", or a dash of nothing."""
    return f"{part:,} of {of:,} ({round(100 * part / of)}%)" if of else NOT_ENOUGH

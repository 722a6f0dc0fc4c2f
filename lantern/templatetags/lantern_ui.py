"""The few template tags of the pages: an icon, a grouped number, a time said from now."""

from collections.abc import Hashable
from datetime import UTC, datetime
from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

MINUTE, DAY = 60, 86_400
UNITS = (("d", DAY), ("h", 3_600), ("min", MINUTE))
RELATIVE_LIMIT = 45 * DAY

ICON = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """The symbol `name` of `static/icons.svg`. Hidden from screen readers: a word always stands beside it."""
    return format_html(ICON, static("icons.svg"), name)


@register.simple_tag
def part(template: str, **said: Hashable) -> SafeString:
    """What `{% include template with … only %}` writes, made once for what is said.

    For parts that say one of a few things and are on a page many times, never for what is said about somebody.
    """
    return _part(template, tuple(said.items()))


@lru_cache(maxsize=1024)
def _part(template: str, said: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return mark_safe(get_template(template).render(dict(said)))  # noqa: S308 -- a template escapes


@register.filter
def grouped(number: int | str | None) -> str:
    """A whole number with commas between thousands: 12,345. Anything else comes back as text; None is a dash."""
    if number is None or number == "":
        return "–"
    return f"{number:,}" if isinstance(number, int) else str(number)


@register.filter
def exact(moment: datetime) -> str:
    """An aware moment as 22 November 2026, 13:41 UTC."""
    return f"{moment.astimezone(UTC):%-d %B %Y, %H:%M} UTC"


def relative(moment: datetime, now: datetime) -> str:
    """How long ago or how far ahead, in the largest unit that fits; beyond 45 days the date itself."""
    seconds = round((now - moment).total_seconds())
    if abs(seconds) >= RELATIVE_LIMIT:
        return f"{moment:%-d %b %Y}"
    if abs(seconds) < MINUTE:
        return "just now" if seconds >= 0 else "in a moment"
    unit, length = next((unit, length) for unit, length in UNITS if abs(seconds) >= length)
    amount = f"{abs(seconds) // length} {unit}"
    return f"{amount} ago" if seconds > 0 else f"in {amount}"


@register.simple_tag
def when(moment: datetime | None, focus: bool = False) -> SafeString | str:
    """A `<time>` that reads from now and holds the exact moment as its title. A dash for no moment.

    `focus` makes it a stop for the keyboard that shows the exact time; lists leave it off, one stop a row is enough.
    """
    if moment is None:
        return "–"
    stop = format_html(' tabindex="{}"', 0) if focus else ""
    return format_html(
        '<time class="when" datetime="{}" title="{}"{}>{}</time>',
        moment.isoformat(timespec="seconds"),
        exact(moment),
        stop,
        relative(moment, timezone.now()),
    )

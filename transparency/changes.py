"""What a correction changed: figure by figure and row by row, from the two snapshots."""

from collections.abc import Iterator
from typing import Any

from transparency.reading import readable, value_text

Change = dict[str, str]
PARTS = (("rows", "in the year"), ("cumulative", "since the beginning"))


def changes_between(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """`{"figure", "scope", "span", "before", "after"}` for each row that reads differently; "" where there is no row.

    A definition that changed is a row with the scope "Definition".
    """
    return list(_changes(_figures(old), _figures(new)))


def _figures(snapshot: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {figure["name"]: figure for figure in readable(snapshot)["figures"]}


def _changes(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> Iterator[Change]:
    for name in [*new, *(name for name in old if name not in new)]:
        was, now = old.get(name), new.get(name)
        label = str((now or was or {})["label"])
        if was and now and was["definition"] != now["definition"]:
            yield _change(label, "Definition", "", was["definition"], now["definition"])
        for part, span in PARTS:
            before, after = _texts(was, part), _texts(now, part)
            for scope in [*after, *(scope for scope in before if scope not in after)]:
                if before.get(scope, "") != after.get(scope, ""):
                    yield _change(label, scope, span, before.get(scope, ""), after.get(scope, ""))


def _change(figure: str, scope: str, span: str, before: str, after: str) -> Change:
    return {"figure": figure, "scope": scope, "span": span, "before": before, "after": after}


def _texts(figure: dict[str, Any] | None, part: str) -> dict[str, str]:
    return {row["label"] or "Total": value_text(row) for row in figure[part]} if figure else {}

"""What a figure is: a name, a definition, and a function over the facts of a closed period."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from transparency.facts import Facts, Share

Shares = Mapping[str, Share]
Value = int | float | None


@dataclass(frozen=True)
class Figure:
    """One figure. `scopes` are (name, label) of its rows in the order of the report, "" for the whole.

    `compute` says for each scope how much each participant has in it. The row's value is the sum of that, or what
    `measure` says for figures that are not counted up. `aggregation` is one of: "sum" (years add up), "standing" (what
    stands at the end of a period; years need not add up), "distinct" (different ones of a group), "median" and
    "percentile". `headline` puts it at the top.
    """

    name: str
    section: str
    label: str
    unit: str
    definition: str
    compute: Callable[[Facts], Shares]
    scopes: Sequence[tuple[str, str]] = (("", ""),)
    caveats: str = ""
    aggregation: str = "sum"
    chart: str = "none"
    headline: bool = False
    has_cumulative: bool = True
    measure: Callable[[Facts, str], Value] | None = None

    def share(self, facts: Facts, scope: str) -> Share:
        """How much each participant has in a row."""
        return self.compute(facts).get(scope, Counter())

    def value(self, facts: Facts, scope: str) -> Value:
        """The row's number: 0 where nothing happened, None where there is nothing to measure."""
        if self.measure:
            return self.measure(facts, scope)
        return sum(self.share(facts, scope).values())

    def numbers(self, facts: Facts) -> list[tuple[str, str, Value]]:
        """(scope, its label, number) for each scope."""
        return [(scope, label, self.value(facts, scope)) for scope, label in self.scopes]


@dataclass(frozen=True)
class Section:
    """A part of the report that figures stand in."""

    name: str
    title: str
    text: str


def whole(name: str) -> Callable[[Facts], Shares]:
    """All facts of that name together."""
    return lambda facts: {"": facts.total(name)}


def by_scope(name: str, *, with_total: bool = False) -> Callable[[Facts], Shares]:
    """The facts of that name by their scopes, and their sum under "" if asked for."""
    return lambda facts: {**facts.of(name), **({"": facts.total(name)} if with_total else {})}

"""The closed lists of design section 2: harm types, severities and the Traffic Light Protocol (TLP 2.0).

Each is one table in the design's order. Pages, forms, files and docs read the same rows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HarmType:
    """What kind of harm a signal is about. `name` is what files and the database hold."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Severity:
    """How grave. `rank` (1 to 4) sorts and is stored; `bars` are drawn beside the word."""

    name: str
    label: str
    rank: int

    @property
    def bars(self) -> int:
        return self.rank


@dataclass(frozen=True, slots=True)
class Tlp:
    """How far a signal may travel. A higher `rank` (1 to 4) travels less far."""

    name: str
    label: str
    rank: int
    meaning: str


HARM_TYPES: Mapping[str, HarmType] = {
    harm.name: harm
    for harm in (
        HarmType("csam_distribution", "Distribution of abuse material"),
        HarmType("grooming", "Grooming"),
        HarmType("financial_sextortion", "Financial sextortion"),
        HarmType("sextortion", "Sextortion"),
        HarmType("trafficking", "Trafficking"),
        HarmType("contact_offence", "Contact offence"),
        HarmType("self_generated", "Self-generated material"),
        HarmType("ai_generated", "AI-generated material"),
        HarmType("sexualisation", "Sexualisation"),
        HarmType("other", "Other"),
    )
}

SEVERITIES: Mapping[str, Severity] = {
    severity.name: severity
    for severity in (
        Severity("low", "Low", 1),
        Severity("medium", "Medium", 2),
        Severity("high", "High", 3),
        Severity("critical", "Critical", 4),
    )
}

TLP: Mapping[str, Tlp] = {
    level.name: level
    for level in (
        Tlp("GREEN", "TLP:GREEN", 1, "May be shared within the wider community."),
        Tlp("AMBER", "TLP:AMBER", 2, "May be shared within the organisation and with its clients, where they need it."),
        Tlp("AMBER+STRICT", "TLP:AMBER+STRICT", 3, "May be shared within the organisation only, where it is needed."),
        Tlp("RED", "TLP:RED", 4, "For the people who read it here, and nobody else."),
    )
}

DEFAULT_SEVERITY = SEVERITIES["medium"]
DEFAULT_TLP = TLP["AMBER"]

SEVERITY_BY_RANK: Mapping[int, Severity] = {severity.rank: severity for severity in SEVERITIES.values()}
TLP_BY_RANK: Mapping[int, Tlp] = {level.rank: level for level in TLP.values()}


def harm_labels(names: Collection[str]) -> list[str]:
    """The harm types of these names in words, in the order of the table."""
    return [harm.label for name, harm in HARM_TYPES.items() if name in names]

"""What signals and contributions both bear, in the words of the vocabulary."""

from signals.vocabulary import SEVERITY_BY_RANK, TLP_BY_RANK, Severity, Tlp, harm_labels


class Graded:
    """Something with a severity, a TLP and harm types."""

    severity: int
    tlp: int
    harm_types: list[str]

    @property
    def severity_row(self) -> Severity:
        """Its row in the table of severities."""
        return SEVERITY_BY_RANK[self.severity]

    @property
    def tlp_row(self) -> Tlp:
        """Its row in the table of the Traffic Light Protocol."""
        return TLP_BY_RANK[self.tlp]

    @property
    def harm_labels(self) -> list[str]:
        """Its harm types in words, in the order of the table."""
        return harm_labels(self.harm_types)

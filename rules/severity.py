"""How bad an alert is, by its labels."""

from collections.abc import Iterable, Mapping

from models.intake import LabelSeverity


def worst(severities: Iterable[str], rules: LabelSeverity) -> str:
    """The worst of several severities; the default where there is none that the rules know."""
    rank = {severity: place for place, severity in enumerate(rules.severities)}
    known = [severity for severity in severities if severity in rank]
    return min(known, key=lambda severity: rank[severity], default=rules.default)


def severity_from_labels(labels: Mapping[str, str], rules: LabelSeverity) -> str:
    """The severity that the labels of an alert say: the worst where they say several."""
    said = (values.get(labels.get(label, "")) for label, values in rules.labels.items())
    return worst((severity for severity in said if severity), rules)

"""How bad alerts are: by the labels of one, the worst of several, and which are critical."""

from collections.abc import Iterable, Mapping

from models.alert import Alert, AlertStatus
from models.intake import LabelSeverity

Ranks = tuple[str, ...]
"""The severities of a policy, worst first."""


def severity_from_labels(labels: Mapping[str, str], rules: LabelSeverity) -> str:
    """The severity by the labels of an alert; the worst if several apply, else the default."""
    said = (values.get(labels.get(label, "")) for label, values in rules.labels.items())
    return worst(said, rules.severities) or rules.default


def worst(severities: Iterable[str | None], ranks: Ranks) -> str | None:
    """The worst of several severities; None if the policy has none of them."""
    known = [severity for severity in severities if severity in ranks]
    return min(known, key=ranks.index, default=None)


def worst_firing(alerts: Iterable[Alert], ranks: Ranks) -> str | None:
    """The worst severity of the alerts that fire; None if none of them has one."""
    return worst((a.severity for a in alerts if a.status is AlertStatus.FIRING), ranks)


def is_critical(alert: Alert, severity: str, ranks: Ranks) -> bool:
    """Whether an alert fires at the worst severity of all, or at a worse one than `severity`."""
    said = worst_firing([alert], ranks)
    return said is not None and (said == ranks[0] or ranks.index(said) < ranks.index(severity))

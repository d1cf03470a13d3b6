"""Severity from the labels of an alert, and alerts that are ignored."""

from models.intake import LabelSeverity
from rules.intake import is_ignored
from rules.severity import severity_from_labels, worst

RULES = LabelSeverity(
    severities=("SEV1", "SEV2", "SEV3"),
    default="SEV3",
    labels={"severity": {"critical": "SEV1", "warning": "SEV2"}, "tier": {"gold": "SEV2"}},
)


def test_a_label_says_the_severity() -> None:
    """The value of a label that the policy lists decides."""
    assert severity_from_labels({"severity": "critical"}, RULES) == "SEV1"


def test_of_several_labels_the_worst_counts() -> None:
    """When unsure between two severities, the worse is taken."""
    assert severity_from_labels({"severity": "warning", "tier": "gold"}, RULES) == "SEV2"
    assert severity_from_labels({"severity": "critical", "tier": "gold"}, RULES) == "SEV1"


def test_where_no_label_says_anything_the_default_holds() -> None:
    """An unknown value says nothing."""
    assert severity_from_labels({"severity": "odd"}, RULES) == "SEV3"
    assert severity_from_labels({}, RULES) == "SEV3"


def test_the_worst_of_several_is_the_first_of_the_policy() -> None:
    """Names that the policy does not know are left out."""
    assert worst(["SEV3", "P1", "SEV2"], RULES) == "SEV2"
    assert worst([], RULES) == "SEV3"


def test_an_alert_is_ignored_when_all_labels_of_a_pattern_match() -> None:
    """One pattern is enough; half a pattern is not."""
    ignore = ({"severity": "none"}, {"env": "test", "team": "web"})
    assert is_ignored({"severity": "none", "alertname": "Watchdog"}, ignore)
    assert is_ignored({"env": "test", "team": "web"}, ignore)
    assert not is_ignored({"env": "test", "team": "db"}, ignore)
    assert not is_ignored({}, ignore)


def test_an_empty_pattern_ignores_nothing() -> None:
    """A slip of the pen must not silence everything."""
    assert not is_ignored({"severity": "critical"}, ({},))

"""How bad alerts are by their labels; one place decides it for everybody."""

from models.alert import Alert, AlertStatus
from models.intake import LabelSeverity
from rules.alerts.severity import is_critical, severity_from_labels, worst, worst_firing
from tests.specimens import START

RANKS = ("SEV1", "SEV2", "SEV3")
RULES = LabelSeverity(
    severities=RANKS,
    default="SEV3",
    labels={"severity": {"critical": "SEV1", "warning": "SEV2"}, "tier": {"gold": "SEV2"}},
)


def an_alert(severity: str | None, status: AlertStatus = AlertStatus.FIRING) -> Alert:
    """An alert of a severity."""
    return Alert(fingerprint="a", name="a", status=status, severity=severity, started_at=START)


def test_a_label_says_the_severity() -> None:
    """If the policy lists the value of a label, it decides."""
    assert severity_from_labels({"severity": "critical"}, RULES) == "SEV1"


def test_the_worst_of_several_labels_counts() -> None:
    """When unsure between two severities, the worse is taken."""
    assert severity_from_labels({"severity": "warning", "tier": "gold"}, RULES) == "SEV2"
    assert severity_from_labels({"severity": "critical", "tier": "gold"}, RULES) == "SEV1"


def test_the_default_counts_if_no_label_gives_a_severity() -> None:
    """An unknown value says nothing."""
    assert severity_from_labels({"severity": "odd"}, RULES) == "SEV3"
    assert severity_from_labels({}, RULES) == "SEV3"


def test_the_worst_of_several_is_the_first_of_the_policy() -> None:
    """Names that the policy does not know are left out."""
    assert worst(["SEV3", "P1", None, "SEV2"], RANKS) == "SEV2"
    assert worst(["P1"], RANKS) is None
    assert worst(["info", "minor", "major"], ("major", "minor", "info")) == "major"


def test_only_firing_alerts_decide_the_severity() -> None:
    """A resolved alert says nothing, nor does a severity that the policy does not have."""
    over = an_alert("SEV1", AlertStatus.RESOLVED)
    assert worst_firing([over, an_alert("SEV3"), an_alert("SEV2")], RANKS) == "SEV2"
    assert worst_firing([over, an_alert("P1"), an_alert(None)], RANKS) is None


def test_the_worst_severity_is_critical_and_so_is_a_worse_one() -> None:
    """At the worst severity, another alert of it is critical; below it, an equal one is not."""
    assert is_critical(an_alert("SEV1"), "SEV1", RANKS)
    assert is_critical(an_alert("SEV2"), "SEV3", RANKS)
    assert not is_critical(an_alert("SEV2"), "SEV2", RANKS)
    assert not is_critical(an_alert("SEV1", AlertStatus.RESOLVED), "SEV3", RANKS)
    assert not is_critical(an_alert("P1"), "SEV3", RANKS)

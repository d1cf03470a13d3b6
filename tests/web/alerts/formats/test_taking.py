"""What the web server takes from a group, whatever its format."""

from dataclasses import replace

from models.alert import Alert, AlertBatch, AlertStatus, GroupingPolicy
from models.intake import IntakeRules, LabelSeverity, ReportingRule
from tests.specimens import START
from web.alerts.formats.batches import LONGEST_NAME, MOST_FIRING, batch_of, fingerprint_of
from web.alerts.formats.format import SentAlert, SentGroup

RULES = IntakeRules(
    grouping=GroupingPolicy(),
    severity=LabelSeverity(severities=("SEV1",), default="SEV1"),
    reporting=ReportingRule(),
    ignore=({"severity": "none"},),
)
FIRES = SentAlert(status=AlertStatus.FIRING, name="disk", labels={"host": "db1"})


def taken(*alerts: SentAlert, key: str = "k") -> AlertBatch:
    """What is taken of these alerts of one group."""
    return batch_of(SentGroup(key, "k", alerts), "events", RULES, START)[0]


def one(**said: object) -> Alert:
    """What is taken of an alert that says something else."""
    (alert,) = taken(replace(FIRES, **said)).alerts  # type: ignore[arg-type]
    return alert


def test_labels_tell_alerts_without_a_fingerprint_apart() -> None:
    """Their order does not matter; a digest replaces a fingerprint that is too long."""
    turned = replace(FIRES, labels={"b": "2", "a": "1"})
    assert fingerprint_of(replace(FIRES, labels={"a": "1", "b": "2"})) == fingerprint_of(turned)
    assert fingerprint_of(turned) != fingerprint_of(FIRES)
    assert fingerprint_of(replace(FIRES, fingerprint="f")) == "f"
    long = [replace(FIRES, fingerprint="f" * LONGEST_NAME + end) for end in "ab"]
    assert len({fingerprint_of(alert) for alert in long}) == 2
    assert all(len(fingerprint_of(alert)) <= LONGEST_NAME for alert in long)


def test_every_text_is_bounded() -> None:
    """The sender may send any amount."""
    alert = one(name="n" * 999, summary="s" * 9999, labels={"x" * 999: "y" * 9999})
    assert (len(alert.name), len(alert.summary)) == (200, 500)
    assert [(len(name), len(value)) for name, value in alert.labels.items()] == [(200, 500)]
    assert len(one(labels={str(n): "v" for n in range(99)}).labels) == 64
    assert len(one(labels={str(n): "v" * 500 for n in range(64)}).labels) == 8
    assert len(taken(FIRES, key="k" * 9999).group_key) <= 500
    assert one(link="javascript:alert(1)").link is None


def test_alerts_beyond_the_bound_count_as_firing() -> None:
    """Of the next delivery, the same alerts are kept."""
    many = [replace(FIRES, fingerprint=f"{n:04}") for n in range(MOST_FIRING + 3)]
    batch = taken(*many)
    assert (len(batch.alerts), batch.truncated) == (MOST_FIRING, 3)
    assert taken(*reversed(many)) == batch


def test_an_alert_without_an_instant_is_dated_by_its_arrival() -> None:
    """It begins or ends when it arrives, and is marked as undated."""
    assert (one().started_at, one().ended_at, one().dated) == (START, None, False)
    over = one(status=AlertStatus.RESOLVED)
    assert (over.ended_at, over.dated) == (START, False)
    dated = one(started_at=START)
    assert (dated.dated, one(started_at=START, status=AlertStatus.RESOLVED).ended_at) == (
        True,
        None,
    )


def test_alerts_that_the_policy_ignores_are_counted() -> None:
    """Labels decide that in every format."""
    watchdog = replace(FIRES, labels={"severity": "none"})
    batch, ignored = batch_of(SentGroup("k", "k", (watchdog, FIRES)), "events", RULES, START)
    assert (len(batch.alerts), ignored, batch.source) == (1, 1, "events")

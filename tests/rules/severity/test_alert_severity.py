"""An incident is as bad as the worst of its firing alerts, until a person says how bad it is."""

import pytest

from models.alert import Alert, AlertBatch, AlertStatus
from models.base import MONITORING
from models.command import RecordAlertsCommand
from models.incident.record import Incident, Report
from rules.commands.beginning.first_record import open_incident
from rules.commands.changes.alerts import as_bad_as_its_alerts
from rules.commands.judgement import judge
from rules.record.decision import Case, Decision, TellAudiences
from tests.specimens import POLICY, START, after, done


def begun(severity: str | None = "SEV3") -> Incident:
    """An incident of an alert group whose labels give a severity."""
    report = Report(title="It fails", reporter=MONITORING, group_id="AG-1", severity=None)
    record = open_incident("INC-260327-TEST", report, POLICY, START)
    return told(record, ("first", severity, AlertStatus.FIRING))


def told(incident: Incident, *alerts: tuple[str, str | None, AlertStatus]) -> Incident:
    """The incident after news of its alerts: their severity by label, and whether they fire."""
    batch = AlertBatch(
        group_key="k",
        alerts=tuple(
            Alert(fingerprint=n, name=n, status=status, severity=severity, started_at=after(0))
            for n, severity, status in alerts
        ),
        received_at=after(1),
    )
    command = RecordAlertsCommand(actor=MONITORING.name, via=MONITORING.via, batch=batch)
    answer = judge("record_alerts", command, incident, POLICY, after(1))
    assert isinstance(answer, Decision), answer
    return answer.incident


def test_a_worse_alert_that_joins_raises_the_severity_and_says_so() -> None:
    """No person rated it, so the labels do; stakeholders hear of it."""
    record = begun()
    assert record.severity == "SEV2"
    case = Case(
        told(record, ("x", "SEV3", AlertStatus.FIRING)), POLICY, MONITORING, after(1), after(1)
    )
    assert as_bad_as_its_alerts(case) is None
    record = told(record, ("second", "SEV1", AlertStatus.FIRING))
    assert record.severity == "SEV1"
    assert not record.severity_confirmed
    line = record.timeline[-1]
    assert line.kind == "severity.changed"
    assert "by the labels of its alerts" in line.summary


@pytest.mark.parametrize(
    "alert",
    [
        ("second", "SEV3", AlertStatus.FIRING),
        ("second", None, AlertStatus.FIRING),
        ("second", "SEV1", AlertStatus.RESOLVED),
        ("second", "SEV9", AlertStatus.FIRING),
    ],
)
def test_an_alert_that_is_no_worse_or_does_not_fire_changes_nothing(
    alert: tuple[str, str | None, AlertStatus],
) -> None:
    """Neither does a severity that the policy does not know."""
    assert told(begun(), alert).severity == "SEV2"


def test_alerts_no_longer_count_once_a_person_has_set_the_severity() -> None:
    """A confirmed severity stays, even if it is the one from the labels."""
    record = done(begun(), "set_severity", after(1), severity="SEV2")
    assert told(record, ("second", "SEV1", AlertStatus.FIRING)).severity == "SEV2"


def test_the_policy_decides_who_is_told_of_the_raised_severity() -> None:
    """It is told like a change that a person makes."""
    record = begun()
    batch = AlertBatch(
        group_key="k",
        alerts=(
            Alert(
                fingerprint="s",
                name="s",
                status=AlertStatus.FIRING,
                severity="SEV1",
                started_at=after(0),
            ),
        ),
        received_at=after(1),
    )
    command = RecordAlertsCommand(actor=MONITORING.name, via=MONITORING.via, batch=batch)
    answer = judge("record_alerts", command, record, POLICY, after(1))
    assert isinstance(answer, Decision)
    assert any(
        isinstance(e, TellAudiences) and e.event == "severity_changed" for e in answer.effects
    )

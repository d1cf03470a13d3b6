"""How an incident begins: its report time, its first lines, and who takes which role."""

from datetime import datetime

import pytest

from models.alert import Alert, AlertRecord, AlertStatus
from models.base import ENGINE, MONITORING, Actor
from models.compiled import CompiledPolicy, RoleRule
from rules.commands.beginning.first_record import first_severity, open_incident
from states.lifecycle import State
from tests.specimens import ANA, POLICY, REPORT, START, after, an_incident


@pytest.mark.parametrize(
    ("happened_at", "came_at", "reported_at"),
    [
        (None, None, after(10)),
        (None, after(4), after(4)),
        (after(2), after(4), after(2)),
        (after(2), None, after(2)),
        (after(20), after(4), after(10)),
        (None, after(20), after(10)),
    ],
)
def test_an_incident_is_reported_when_its_report_came_or_as_it_says(
    happened_at: datetime | None, came_at: datetime | None, reported_at: datetime
) -> None:
    """The time is never later than that of recording."""
    report = REPORT.changed(happened_at=happened_at)
    incident = open_incident("INC-1", report, POLICY, after(10), came_at)
    milestone = incident.milestone("reported")
    assert milestone is not None
    assert (incident.reported_at, milestone.at) == (reported_at, reported_at)
    assert (milestone.recorded_at, milestone.actor) == (after(10), MONITORING)
    assert incident.severities[0].at == reported_at
    line = incident.timeline[0]
    assert (line.happened_at, line.recorded_at) == (reported_at, after(10))


def test_the_first_line_says_who_reported_what_under_which_policy() -> None:
    """It also names the alert group and the incident before this one."""
    report = REPORT.changed(reporter=ANA, group_id="AG-1", previous_incident="INC-0")
    incident = open_incident("INC-1", report, POLICY, START)
    assert (incident.id, incident.state, incident.report) == ("INC-1", State.REPORTED, report)
    line = incident.timeline[0]
    assert (line.kind, line.actor) == ("incident.reported", ANA)
    assert line.summary == "reported by ana as SEV1: Checkout fails"
    assert line.data == {
        "policy": "Specimen policy 1",
        "policy_hash": "0" * 64,
        "group": "AG-1",
        "previous": "INC-0",
    }


def test_the_alerts_of_a_report_are_on_the_record() -> None:
    """It also counts those that the sender left out."""
    alert = Alert(fingerprint="f", name="cpu", status=AlertStatus.FIRING, started_at=START)
    record = AlertRecord(alert=alert, first_seen_at=START, last_seen_at=START)
    report = REPORT.changed(alerts=(record,), truncated_alerts=3)
    incident = an_incident(POLICY, report)
    assert (incident.alerts, incident.truncated_alerts) == ({"f": record}, 3)


def test_the_severity_of_monitoring_is_that_of_the_labels() -> None:
    """The severity follows the labels from then on, but one that a person states does not.

    Neither counts as confirmed.
    """
    alerts = first_severity(REPORT, POLICY)
    person = first_severity(REPORT.changed(reporter=ANA), POLICY)
    assert (alerts.severity, alerts.follows) == ("SEV1", True)
    assert (person.severity, person.follows) == ("SEV1", False)
    unknown = REPORT.changed(severity="P9", reporter=ANA)
    assert first_severity(unknown, POLICY).severity == POLICY.default_severity
    incident = an_incident()
    assert (incident.severity, incident.severity_confirmed) == ("SEV1", False)


def having(*roles: RoleRule) -> CompiledPolicy:
    """The specimen, with these roles."""
    return POLICY.changed(roles=roles)


@pytest.mark.parametrize(
    ("default", "reporter", "holder", "told"),
    [
        ("person:bo", ANA, "bo", ["bo is lead by the policy's default"]),
        ("reporter", ANA, "ana", ["ana is lead by reporting"]),
        ("reporter", MONITORING, None, []),
        ("acknowledger", ANA, None, []),
        (None, ANA, None, []),
    ],
)
def test_the_person_whom_the_policy_names_takes_a_role(
    default: str | None, reporter: Actor, holder: str | None, told: list[str]
) -> None:
    """They hold it from the beginning, and the timeline says why; other people may join them."""
    policy = having(
        RoleRule(name="lead", default=default), RoleRule(name="scribe", default="person:cy")
    )
    incident = an_incident(policy, REPORT.changed(reporter=reporter))
    assert (incident.holder("lead"), incident.holder("scribe")) == (holder, "cy")
    lines = [entry for entry in incident.timeline if entry.kind.startswith("role.")]
    assert [line.summary for line in lines] == [*told, "cy is scribe by the policy's default"]
    assert {line.actor for line in lines} == {ENGINE}

"""The alerts on an incident's record, and what changes when news of them arrives."""

from typing import Any

import pytest

from models.alert import Alert, AlertBatch, AlertStatus
from models.base import MONITORING
from models.command import RecordAlertsCommand
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from rules.commands.changes.alerts import as_bad_as_its_alerts
from rules.commands.judgement import judge
from rules.record.carried import ALERTS_IN_FULL
from rules.record.decision import Case, Decision, Outcome, Refusal
from states.lifecycle import State
from tests.rules.rated import MATRIX, rated, reported
from tests.specimens import ANA, POLICY, REPORT, a_diagnosed_incident, after, an_incident, done

FIRES, RESOLVES = AlertStatus.FIRING, AlertStatus.RESOLVED


def an_alert(name: str, status: AlertStatus = FIRES, **fields: object) -> Alert:
    """An alert that began with the incident."""
    return Alert(fingerprint=name, name=name, status=status, started_at=after(0), **fields)


def hears(
    incident: Incident, minute: float, *alerts: Alert, quiet: str = "record", **fields: Any
) -> Outcome:
    """What becomes of an incident when it hears of its alerts, and that they are quiet."""
    batch = AlertBatch(
        group_key="k",
        alerts=alerts,
        truncated=fields.pop("truncated", 0),
        received_at=after(minute),
    )
    command = RecordAlertsCommand(actor=MONITORING.name, via=MONITORING.via, batch=batch, **fields)
    policy = POLICY.changed(when_alerts_quiet=quiet)
    return judge("record_alerts", command, incident, policy, after(minute))


def told(incident: Incident, minute: float, *alerts: Alert, **fields: Any) -> Incident:
    """The incident after news that it takes."""
    answer = hears(incident, minute, *alerts, **fields)
    assert isinstance(answer, Decision), answer
    return answer.incident


def test_only_the_first_of_hundreds_of_alerts_keep_labels_and_link() -> None:
    """The record stays small, but still knows each of the other alerts and that it fires."""
    alerts = [
        an_alert(f"a{n}", labels={"team": "web"}, link="https://m.example.com", summary="s")
        for n in range(ALERTS_IN_FULL + 2)
    ]
    records = told(an_incident(), 1, *alerts).alerts
    kept = [bool(record.alert.labels and record.alert.link) for record in records.values()]
    assert kept == [True] * ALERTS_IN_FULL + [False] * 2
    last = records[f"a{ALERTS_IN_FULL + 1}"].alert
    assert (last.labels, last.link, last.summary, last.status) == ({}, None, "s", FIRES)
    again = told(told(an_incident(), 1, *alerts), 2, alerts[0])
    assert again.alerts["a0"].alert == alerts[0]


def test_a_record_tells_since_when_and_how_often_an_alert_came() -> None:
    """One feed may carry several deliveries."""
    record = told(told(an_incident(), 1, an_alert("a")), 4, an_alert("a"), deliveries=3).alerts["a"]
    assert (record.first_seen_at, record.last_seen_at) == (after(1), after(4))
    assert record.times_seen == 4


def test_the_timeline_tells_which_alerts_fire_and_which_resolve() -> None:
    """It names them by their summary if they have one; once, not with each repeat."""
    cpu, disk = an_alert("cpu", summary="CPU is hot"), an_alert("disk")
    incident = told(an_incident(), 1, cpu, disk)
    line = incident.timeline[-1]
    assert (line.kind, line.summary) == ("alert.fires", "alert fires: CPU is hot, disk")
    assert line.actor == MONITORING
    ended = tuple(a.changed(status=RESOLVES) for a in (cpu, disk))
    quiet = hears(incident, 2, *ended)
    assert isinstance(quiet, Decision)
    line = quiet.incident.timeline[-1]
    assert (line.kind, line.summary) == ("alert.resolves", "alert resolves: CPU is hot, disk")
    assert quiet.summary == line.summary
    mixed = told(incident, 2, ended[0], an_alert("net"), truncated=2).timeline[-1]
    assert (mixed.kind, mixed.summary) == (
        "alert.fires",
        "alert fires: net; alert resolves: CPU is hot; alerts that the sender left out: 2",
    )
    repeated = hears(incident, 3, cpu, disk)
    assert isinstance(repeated, Decision)
    assert repeated.incident.timeline == incident.timeline
    assert repeated.summary == "alerts repeated"


def test_a_resolved_incident_takes_no_firing_alert_and_says_so() -> None:
    """It still hears of alerts that end."""
    incident = done(
        told(a_diagnosed_incident(), 45, an_alert("a")), "complete_step", after(50), step="verify"
    )
    incident = done(incident, "resolve", after(60))
    answer = hears(incident, 61, an_alert("b"))
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.message) == (
        "Refused",
        "the incident is review and takes no firing alerts",
    )
    assert told(incident, 61, an_alert("a", RESOLVES)).alerts["a"].alert.status is RESOLVES


@pytest.mark.parametrize(
    ("quiet", "kind"),
    [
        ("mitigate", "incident.mitigated"),
        ("resolve", "alert.resolves"),
        ("record", "alert.resolves"),
    ],
)
def test_quiet_alerts_trigger_what_the_policy_says(quiet: str, kind: str) -> None:
    """If the lifecycle does not allow it yet, the news is recorded and people go on."""
    incident = told(a_diagnosed_incident(), 41, an_alert("a"))
    incident = told(incident, 45, an_alert("a", RESOLVES), quiet=quiet)
    assert incident.state is State.RESOLUTION
    assert incident.alerts["a"].alert.status is RESOLVES
    line = incident.timeline[-1]
    assert line.kind == kind
    assert ("none of its alerts fires any more" in line.summary) is (quiet == "mitigate")


def test_a_takeover_touches_only_what_still_fires_here() -> None:
    """An alert that resolved stays resolved, and one that another incident has stays there."""
    incident = told(an_incident(), 1, an_alert("ended"), an_alert("given"))
    incident = told(incident, 2, an_alert("ended", RESOLVES))
    incident = told(incident, 3, taken_over_by="INC-2")
    incident = told(incident, 4, an_alert("fires"))
    answer = hears(incident, 5, taken_over_by="INC-3")
    assert isinstance(answer, Decision)
    by = {name: record.taken_over_by for name, record in answer.incident.alerts.items()}
    assert by == {"ended": None, "given": "INC-2", "fires": "INC-3"}
    assert answer.summary == "INC-3 takes over the alerts that still fire: fires"
    again = hears(answer.incident, 6, taken_over_by="INC-4")
    assert isinstance(again, Decision)
    assert again.summary == "none of its alerts fires"


def worse(incident: Incident, policy: CompiledPolicy = POLICY) -> Decision | None:
    """How alerts change the severity of an incident."""
    return as_bad_as_its_alerts(Case(incident, policy, MONITORING, after(9), after(9)))


def test_labels_decide_the_severity_only_if_nobody_stated_it() -> None:
    """After the incident is over they do not; a severity that stays the same is no news."""
    bad = an_alert("a", severity="SEV1")
    stated = REPORT.changed(severity="SEV2", reporter=ANA)
    assert worse(told(an_incident(POLICY, stated), 1, bad)) is None
    labelled = stated.changed(reporter=MONITORING)
    incident = told(an_incident(POLICY, labelled), 1, bad)
    assert incident.severity == "SEV1", "recording an alert decides that too"
    incident = incident.changed(severity="SEV2", severities=incident.severities[:1])
    raised = worse(incident)
    assert raised is not None
    assert raised.summary == (
        "severity SEV2 → SEV1 by monitoring: by the labels of its alerts; "
        "running clocks take the new targets"
    )
    for state in (State.CLOSED, State.CANCELLED):
        assert worse(incident.changed(state=state)) is None
    same = told(an_incident(POLICY, labelled), 1, an_alert("b", severity="SEV2"))
    assert worse(same) is None


def test_labels_do_not_count_if_attributes_give_the_severity() -> None:
    """This includes attributes that were set later."""
    policy = rated(MATRIX)
    incident = reported(policy)
    for name in ("impact", "urgency"):
        incident = done(incident, "set_attribute", after(1), policy, attribute=name, value="low")
    assert worse(told(incident, 2, an_alert("a", severity="P1")), policy) is None

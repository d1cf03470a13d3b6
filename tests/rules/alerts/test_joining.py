"""Critical alerts that join an incident which somebody already handles."""

import pytest

from models.alert import Alert, AlertBatch, AlertStatus
from models.base import MONITORING
from models.command import RecordAlertsCommand
from models.compiled import AuthorityRule, OnRaise, RoleRule
from models.incident.record import Incident
from rules.commands.judgement import judge
from rules.record.decision import Decision, Effect, PageNextLevel, PageRole, Remind
from tests.specimens import POLICY, after, an_incident, done

FREE = POLICY.changed(
    authority={},
    lower_severity=AuthorityRule(),
    roles=(RoleRule(name="lead"),),
    when_alerts_join="remind",
)
WORST, MILD = FREE.severities[0], FREE.severities[-1]


def an_alert(
    name: str, severity: str | None = WORST, status: AlertStatus = AlertStatus.FIRING
) -> Alert:
    """An alert, by default one that fires."""
    return Alert(
        fingerprint=name,
        name="InstanceDown",
        labels={"alertname": "InstanceDown", "instance": name},
        status=status,
        severity=severity,
        started_at=after(0),
    )


def follows(incident: Incident, *alerts: Alert, how: str = "remind") -> tuple[Effect, ...]:
    """What else follows when alerts are told to an incident."""
    batch = AlertBatch(group_key="k", alerts=alerts, received_at=after(5))
    command = RecordAlertsCommand(actor=MONITORING.name, via=MONITORING.via, batch=batch)
    policy = FREE.changed(when_alerts_join=how)
    answer = judge("record_alerts", command, incident, policy, after(5))
    assert isinstance(answer, Decision), answer
    return answer.effects


def acknowledged(severity: str = WORST) -> Incident:
    """An incident of a severity that ana has acknowledged."""
    incident = an_incident(FREE)
    incident = done(incident, "acknowledge", after(1), FREE, actor="ana")
    return done(incident, "set_severity", after(2), FREE, severity=severity, note="so it is")


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("record", []),
        ("remind", [Remind]),
        ("page", [PageRole]),
        ("escalate", [PageNextLevel, Remind]),
    ],
)
def test_the_leader_is_told_of_a_joining_alert_as_the_policy_says(
    how: str, expected: list[type]
) -> None:
    """The policy says: not at all, by a reminder, by a page, or by a page and the next level."""
    effects = follows(acknowledged(), an_alert("db-8"), how=how)
    assert [type(effect) for effect in effects] == expected
    targets = {e.target for e in effects if isinstance(e, Remind | PageRole)}
    assert targets <= {"role:lead"}
    assert all("instance=db-8" in str(effect) for effect in effects)


def test_the_escalation_goes_on_until_somebody_has_the_incident_in_hand() -> None:
    """Nobody acknowledged it or rated its severity."""
    assert follows(an_incident(FREE), an_alert("db-8")) == ()


def test_an_incident_that_a_person_rated_is_told_of_worse_alerts() -> None:
    """Its severity no longer follows the alerts, so somebody must hear of them."""
    rated = done(an_incident(FREE), "set_severity", after(1), FREE, severity=MILD, note="mild")
    assert follows(rated, an_alert("db-8", FREE.severities[1])) != ()
    assert follows(rated, an_alert("db-8", MILD)) == ()


def test_known_resolved_and_unrated_alerts_are_not_told() -> None:
    """A repeat, a known alert that recurs, one that ended, and one without a severity."""
    incident = acknowledged()
    batch = AlertBatch(group_key="k", alerts=(an_alert("db-7"),), received_at=after(3))
    command = RecordAlertsCommand(actor=MONITORING.name, via=MONITORING.via, batch=batch)
    known = judge("record_alerts", command, incident, FREE, after(3))
    assert isinstance(known, Decision)
    assert follows(known.incident, an_alert("db-7")) == ()
    assert follows(incident, an_alert("db-8", status=AlertStatus.RESOLVED)) == ()
    assert follows(incident, an_alert("db-8", None)) == ()


def test_the_first_of_very_many_alerts_are_named() -> None:
    """One reminder for all that come together."""
    (effect,) = follows(acknowledged(), *(an_alert(f"db-{n}") for n in range(9)))
    assert isinstance(effect, Remind)
    assert effect.reason.endswith("and 6 more")


def test_the_acknowledger_is_told_if_the_policy_has_no_roles() -> None:
    """The person who acknowledged took the incident on."""
    incident = acknowledged()
    batch = AlertBatch(group_key="k", alerts=(an_alert("db-8"),), received_at=after(5))
    command = RecordAlertsCommand(actor=MONITORING.name, via=MONITORING.via, batch=batch)
    bare = FREE.changed(roles=())
    answer = judge("record_alerts", command, incident, bare, after(5))
    assert isinstance(answer, Decision)
    assert [e.target for e in answer.effects if isinstance(e, Remind)] == ["person:ana"]


def test_alerts_that_join_and_raise_the_severity_cause_one_page() -> None:
    """The escalation begins again, and nobody of the next level is paged before its first."""
    ladder = POLICY.escalation
    assert ladder is not None
    policy = FREE.changed(
        when_alerts_join="escalate",
        a_raise_pages_alone=True,
        escalation=ladder.changed(on_raise=OnRaise.RESTART),
    )
    incident = an_incident(policy)
    incident = incident.changed(
        severity=MILD,
        severities=(incident.severities[0].changed(severity=MILD, follows=True),),
    )
    incident = done(incident, "acknowledge", after(1), policy, actor="ana")
    batch = AlertBatch(group_key="k", alerts=(an_alert("b"),), received_at=after(5))
    command = RecordAlertsCommand(actor=MONITORING.name, via=MONITORING.via, batch=batch)
    answer = judge("record_alerts", command, incident, policy, after(5))
    assert isinstance(answer, Decision), answer
    [page] = [effect for effect in answer.effects if isinstance(effect, PageNextLevel)]
    assert (page.level, page.resumes) == (1, True)
    assert page.reason.startswith(f"raised to {WORST} by monitoring; critical alert joins")

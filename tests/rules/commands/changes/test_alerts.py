"""What an incident does when it hears that its alerts are no longer its own."""

from models.alert import Alert, AlertBatch, AlertStatus
from models.base import MONITORING
from models.command import COMMANDS, RecordAlertsCommand
from models.incident.record import Incident
from rules.alerts.firing import alerts_firing
from rules.commands.changes.alerts import group_gone
from rules.commands.judgement import judge
from rules.incident_reports.document import incident_report_markdown
from rules.record.decision import Decision, Refusal
from states.lifecycle import State
from tests.specimens import POLICY, after, an_incident, done, outcome

FREE = POLICY.changed(
    steps=(),
    authority={},
    review=POLICY.review.changed(aspects=(), documents=(), lessons=False),
)
"""Asks of a review only that there was one."""


def told(
    incident: Incident, at: float, *firing: str, by: str | None = None, truncated: int = 0
) -> Incident:
    """The incident after it heard which alerts fire, or who takes them over."""
    alerts = tuple(
        Alert(fingerprint=name, name=name, status=AlertStatus.FIRING, started_at=after(0))
        for name in firing
    )
    batch = AlertBatch(group_key="k", alerts=alerts, truncated=truncated, received_at=after(at))
    command = RecordAlertsCommand(
        actor=MONITORING.name, via=MONITORING.via, batch=batch, taken_over_by=by
    )
    policy = FREE.changed(when_alerts_quiet="resolve")
    answer = judge("record_alerts", command, incident, policy, after(at))
    assert isinstance(answer, Decision), answer
    return answer.incident


def in_review() -> Incident:
    """Two alerts fire, and one more that the sender left out."""
    incident = told(an_incident(FREE), 1, "cpu", "disk", truncated=1)
    incident = done(incident, "resolve", after(10), FREE)
    return done(incident, "submit_review", after(20), FREE, lead="ana")


def test_alerts_that_a_later_incident_took_over_do_not_delay_closing() -> None:
    """Nor do alerts that were left out; before the takeover both do."""
    assert not isinstance(outcome(in_review(), "close", after(30), FREE), Decision)
    incident = told(in_review(), 30, by="INC-2")
    assert alerts_firing(incident) == ()
    assert done(incident, "close", after(31), FREE).state is State.CLOSED


def test_the_timeline_says_who_took_which_alerts_over_and_the_record_keeps_them() -> None:
    """It does not say that the alerts resolved, because they did not."""
    incident = told(in_review(), 30, by="INC-2")
    assert incident.timeline[-1].kind == "alert.taken_over"
    assert incident.timeline[-1].summary == (
        "INC-2 takes over the alerts that still fire: cpu, disk, 1 that the sender left out"
    )
    assert {record.alert.status for record in incident.alerts.values()} == {AlertStatus.FIRING}
    assert {record.taken_over_by for record in incident.alerts.values()} == {"INC-2"}
    assert "| cpu | taken over by INC-2 |" in incident_report_markdown(
        incident, FREE, (), after(31)
    )


def test_a_repeated_takeover_is_one_line() -> None:
    """The first incident that took them over keeps them."""
    once = told(in_review(), 30, by="INC-2")
    assert told(once, 40, by="INC-3") == once


def test_a_takeover_does_not_resolve_an_incident_that_is_open_again() -> None:
    """The policy resolves it once its alerts are quiet, but they are not quiet."""
    incident = told(an_incident(FREE), 1, "cpu")
    assert told(incident, 30, by="INC-2").state is State.REPORTED


def test_no_alert_delays_an_incident_whose_group_has_ended() -> None:
    """Nobody would report their end; alerts that another incident has do not count as ended."""
    incident = told(told(an_incident(FREE), 1, "cpu"), 2, by="INC-2")
    incident = told(incident, 3, "disk", truncated=1)
    incident = group_gone(incident, "AG-1", after(30))
    assert alerts_firing(incident) == ()
    assert incident.alerts["cpu"].alert.status is AlertStatus.FIRING
    assert incident.alerts["disk"].alert.status is AlertStatus.RESOLVED
    assert incident.timeline[-1].summary == (
        "alert group AG-1 has ended; its alerts no longer fire: disk, 1 that the sender left out"
    )
    again = group_gone(incident, "AG-1", after(31))
    assert again.timeline[-1].summary == "alert group AG-1 has ended"


def test_lines_about_alerts_have_monitoring_as_their_actor() -> None:
    """A person who says that nothing fires would silence the guard of the alerts."""
    batch = {"group_key": "k", "alerts": [], "received_at": after(1).isoformat()}
    payload = {"actor": "ana", "batch": batch, "command_id": "x"}
    command = COMMANDS["record_alerts"].payload.model_validate(payload)
    answer = judge("record_alerts", command, an_incident(), POLICY, after(1))
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.may) == ("NotAuthorised", ("monitoring",))

"""How an incident reads at an instant: for a query, or for a reader who has only its history."""

from datetime import datetime

from models.answers.view import IncidentView
from models.contracts.incident import Carried
from rules.clocks.doubts import doubts
from rules.clocks.metrics import read_metrics
from rules.clocks.recorded_breaches import breaches
from rules.commands.answers import next_steps
from rules.people.roles.leading import leader
from rules.record.carried import for_an_answer
from rules.updates.all_clocks import readings_of
from rules.updates.finished_waits import told_readings


def view_of(carried: Carried, now: datetime) -> IncidentView:
    """The incident with everything that follows from its record and its policy at `now`."""
    policy, incident = carried.policy, carried.incident
    return IncidentView(
        incident=for_an_answer(incident),
        leading=policy.leading,
        manager=leader(policy, incident),
        readings=readings_of(policy, incident, now),
        told=told_readings(policy, incident),
        metrics=read_metrics(policy, incident, now),
        breaches=breaches(incident),
        doubts=doubts(policy, incident, now),
        next=next_steps(policy, incident, now),
        policy_name=policy.name,
        policy_version=policy.version,
        policy_hash=policy.policy_hash,
        escalation=carried.escalation,
        undelivered=(*carried.outbox, *carried.events),
        unheard=carried.unheard,
        link_grants=policy.link_grants,
        time_zone=policy.time_zone,
        now=now,
    )

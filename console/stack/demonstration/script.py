"""The script: an alert at night, one responder who sleeps, and a second one who answers."""

from console.stack.demonstration.play import Play
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.incident.timeline import EntryKind


def _paged(incident: Incident, person: str) -> bool:
    return any(
        entry.kind == EntryKind.PAGE_SENT and entry.data["recipient"] == person
        for entry in incident.timeline
    )


def _steps(policy: CompiledPolicy, state: str) -> list[str]:
    return [step.id for step in policy.steps if step.state == state and step.required]


async def perform(play: Play, policy: CompiledPolicy) -> None:
    """Play from the alert to the closed incident. Raises CueMissed or a console Failure."""
    accepted = await play.post_alert("firing")
    await play.find_incident(accepted["group"])
    await play.cue("ana is paged", lambda incident: _paged(incident, "ana"))
    await play.cue("silence pages bo", lambda incident: _paged(incident, "bo"))
    await play.do("bo", "acknowledge", note="on it")
    await play.do("bo", "set_severity", severity="SEV1")
    await play.do("bo", "assign_role", role="communication_lead", person="cy")
    await play.do("bo", "begin_diagnosis", steps=_steps(policy, "assessment"))
    await play.do("cy", "post_update", text="Card payments fail in eu-west-1; we are on it.")
    await play.do("bo", "begin_resolution", steps=_steps(policy, "diagnosis"))
    await play.do("bo", "mitigate", note="traffic moved to eu-central-1")
    await play.post_alert("resolved")
    await play.cue("the alert resolves", _quiet)
    await play.do("bo", "resolve", steps=_steps(policy, "resolution"))
    await play.cue("the report is written", lambda incident: bool(incident.documents))
    await play.do("cy", "add_action_item", text="Page on the error budget, earlier", owner="ana")
    await play.do(
        "bo",
        "submit_review",
        lead="bo",
        attendees=[person for person in policy.people if person != "bo"],
        aspects=dict.fromkeys(policy.review.aspects, "evaluated in the demonstration"),
        lessons=["Traffic could have moved two minutes earlier."],
    )
    await play.do("bo", "close")


def _quiet(incident: Incident) -> bool:
    return all(record.alert.status == "resolved" for record in incident.alerts.values())

"""Try out whether the engine can work with a changed incident, before it changes."""

from datetime import datetime, timedelta

from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.payload import Command
from rules.commands.answers import status_markdown
from rules.deadlines.due import next_point
from rules.record.decision import AdoptPolicy, Decision, Refusal


def touches_time(command: Command) -> bool:
    """Whether a command carries an instant, a duration, or a policy with other rules for them."""
    return any(isinstance(value, datetime | timedelta | CompiledPolicy) for _, value in command)


def try_out(decision: Decision, policy: CompiledPolicy, now: datetime) -> None:
    """Work out what follows from a decision. Raises whatever error occurs."""
    adopted = [effect.policy for effect in decision.effects if isinstance(effect, AdoptPolicy)]
    try_out_record(decision.incident, adopted[-1] if adopted else policy, now)


def try_out_record(incident: Incident, policy: CompiledPolicy, now: datetime) -> None:
    """Work out the next due point and the status of an incident."""
    next_point(policy, incident, now)
    status_markdown(policy, incident, now)


def unworkable(what: str, error: Exception) -> Refusal:
    """The refusal of something that the engine cannot work with."""
    message = f"the engine cannot work with {what} ({type(error).__name__}): nothing has changed"
    return Refusal("Malformed", message)

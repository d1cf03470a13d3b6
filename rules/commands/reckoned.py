"""Whether an incident can be reckoned with as it becomes: asked before it becomes so."""

from datetime import datetime, timedelta

from models.compiled import CompiledPolicy
from models.incident import Incident
from models.payload import Command
from rules.commands.answers import status_markdown
from rules.deadlines.due import next_point
from rules.record.decision import AdoptPolicy, Decision, Refusal


def moves_time(command: Command) -> bool:
    """Whether a command names an instant or a length of time, or brings other rules for them."""
    return any(isinstance(value, datetime | timedelta | CompiledPolicy) for _, value in command)


def reckoned(decision: Decision, policy: CompiledPolicy, now: datetime) -> None:
    """Work out what follows from a decision. Raises whatever that raises."""
    adopted = [effect.policy for effect in decision.effects if isinstance(effect, AdoptPolicy)]
    work_out(decision.incident, adopted[-1] if adopted else policy, now)


def work_out(incident: Incident, policy: CompiledPolicy, now: datetime) -> None:
    """Work out what an incident does by itself: what comes due, how it stands."""
    next_point(policy, incident, now)
    status_markdown(policy, incident, now)


def not_reckoned(what: str, error: Exception) -> Refusal:
    """The refusal of what cannot be worked out."""
    message = f"{what} cannot be reckoned with ({type(error).__name__}): nothing is changed"
    return Refusal("Malformed", message)

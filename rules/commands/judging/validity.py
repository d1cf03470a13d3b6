"""Whether a command makes sense: its texts say something, its relations lead elsewhere.

This is checked when a command comes in, before it is judged. Judging is repeated on replay and must
always decide the same.
"""

from collections.abc import Iterator

from models.base import ENGINE, MONITORING
from models.command import CancelCommand, LinkCommand, SetSeverityCommand
from models.incident.record import Incident
from models.payload import Command
from models.readable import blank
from rules.record.decision import Refusal
from rules.record.ids import is_incident_id
from rules.wording.times import in_utc
from states.lifecycle import BY_TRIGGER, Trigger

BETWEEN_INCIDENTS = frozenset({"duplicate_of", "merged_into"})
"""Relations that can only point to another incident."""
BLANK = "is blank"
BY_MONITORING = frozenset({"record_alerts", Trigger.REOPEN.value})
"""The commands that an alert group sends to its incident."""

Flaw = tuple[str, str]
"""A field (with its index if it is a list), and what is wrong with it."""


def flaws(command: Command, incident_id: str) -> tuple[Flaw, ...]:
    """Everything in a command to `incident_id` that cannot be meant."""
    return (*_blanks(command), *_relations(command, incident_id), *_says_nothing(command))


def refusal_of_flaws(command: Command, incident_id: str) -> Refusal | None:
    """The same flaws as a refusal, if there are any."""
    found = flaws(command, incident_id)
    if not found:
        return None
    words = "; ".join(f"{field}: {problem}" for field, problem in found)
    return Refusal("Malformed", words[:1000], tuple(field for field, _ in found))


def impersonates(name: str, command: Command) -> Refusal | None:
    """The refusal of a message that pretends to come from the engine or from monitoring.

    The engine sends no messages to itself; monitoring only feeds alerts and reopens.
    """
    actor = command.sender
    by_monitoring = actor == MONITORING and name in BY_MONITORING
    if actor.passes_for(ENGINE) or (actor.passes_for(MONITORING) and not by_monitoring):
        message = f"only the engine itself acts as {actor.name}, via {actor.via}: say who you are"
        return Refusal("Malformed", message, ("actor", "via"))
    return None


def too_early(name: str, command: Command, incident: Incident) -> Refusal | None:
    """The refusal of a command dated before the milestone that it undoes."""
    row = BY_TRIGGER.get(Trigger(name)) if name in set(Trigger) else None
    at = command.happened_at
    if row is None or at is None:
        return None
    for voided in row.voids:
        taken_back = incident.milestone(voided)
        if taken_back and taken_back.at > at:
            message = (
                f"{name} undoes {voided}, which was at {in_utc(taken_back.at)}: "
                f"it cannot have happened before that, at {in_utc(at)}"
            )
            return Refusal("Malformed", message, ("happened_at",))
    return None


def other_incident(command: Command) -> tuple[str, str] | None:
    """The field that must name another incident, and its value; None if no field must."""
    if isinstance(command, CancelCommand) and command.duplicate_of is not None:
        return "duplicate_of", command.duplicate_of
    if isinstance(command, LinkCommand) and command.relation in BETWEEN_INCIDENTS:
        return "target", command.target
    return None


def _blanks(command: Command) -> Iterator[Flaw]:
    fields = type(command).model_fields
    for name, value in command:
        if isinstance(value, str) and blank(value) and value != fields[name].default:
            yield name, BLANK
        elif isinstance(value, tuple):
            yield from (
                (f"{name}.{place}", BLANK)
                for place, item in enumerate(value)
                if isinstance(item, str) and blank(item)
            )
        elif isinstance(value, dict):
            yield from (
                (f"{name}.{key}", BLANK)
                for key, item in value.items()
                if isinstance(item, str) and (blank(key) or blank(item))
            )


def _says_nothing(command: Command) -> Iterator[Flaw]:
    if not isinstance(command, SetSeverityCommand):
        return
    if command.severity is None and not command.attributes:
        yield "severity", "is missing: give it, or the attributes that it follows from"


def _relations(command: Command, incident_id: str) -> Iterator[Flaw]:
    linked = "target", command.target if isinstance(command, LinkCommand) else ""
    field, named = other_incident(command) or linked
    if named.strip() == incident_id:
        yield field, "is this incident itself"
    elif other_incident(command) and not blank(named) and not is_incident_id(named):
        yield field, "is not the id of an incident: INC-, the day, eight characters"

"""The fields of a command as people fill them in, derived from the schema of its payload.

A field that is added to a payload becomes an option of the console and a field of a form by itself.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from models.command import CommandSpec, command_schema
from models.payload import Command

OWN = frozenset(Command.model_fields)
"""Fields that every command has."""

SAYS: dict[str, str] = {
    "reason": "why; the policy lists the accepted reasons",
    "decline.reason": "why you cannot take the incident on",
    "reject.reason": "why you reject it",
    "duplicate_of": "the incident that this one duplicates",
    "severity": "the severity, such as SEV2; leave it out if the attributes give it",
    "attributes": "an attribute of the policy",
    "role": "a role of the policy, such as incident_manager",
    "person": "who gets the role",
    "unassign_role.person": "who loses the role; needed if several people hold it",
    "to": "who gets the role",
    "content": "what the next holder must know",
    "giver": "who gives up the role; needed if several people hold it",
    "command": "the command that somebody asked approval for, such as resolve",
    "level": "the level of the escalation; default: the next one",
    "only": "page only this level; default: the next levels too, until somebody answers",
    "text": "the text",
    "add_action_item.text": "what to do",
    "audiences": "an audience of the policy; default: all that wait for updates",
    "step": "the id of a step of the policy",
    "steps": "the id of a policy step that this completes",
    "lessons": "a lesson learned",
    "milestone": "the name of the milestone",
    "latest_at": "the latest time at which it can have happened",
    "next_at": "when the next update will come",
    "audience": "an audience of the policy",
    "attribute": "an attribute or a flag of the policy",
    "value": "its value; yes raises a flag, no lowers it",
    "date": "a date of the policy, such as review_meeting",
    "at": "when it will be",
    "clock": "a clock with extendable: true in the policy",
    "by": "by how much, in the clock's own measure, such as 2h or 14d",
    "owner": "who does it",
    "due_at": "by when",
    "priority": "high, medium or low",
    "lead": "who led the review",
    "attendees": "who took part",
    "aspects": "an aspect, and what you found",
    "documents": "a document, and its address",
    "target": "an incident, ticket or change",
    "relation": "how the two relate, such as caused_by",
}


class FieldKind(Enum):
    """How the value of a field is typed."""

    TEXT = auto()
    FLAG = auto()
    INSTANT = auto()
    MANY = auto()
    PAIRS = auto()


@dataclass(frozen=True, slots=True)
class CommandField:
    """A field of a payload. `longest` is the most characters of a text, if the payload says so."""

    name: str
    kind: FieldKind
    required: bool
    default: str | None
    longest: int | None
    says: str


def _kind(schema: dict[str, Any]) -> FieldKind:
    options = _options(schema)
    if any(option.get("format") == "date-time" for option in options):
        return FieldKind.INSTANT
    kinds = {option.get("type") for option in options}
    if kinds == {"boolean"}:
        return FieldKind.FLAG
    if "array" in kinds:
        return FieldKind.MANY
    return FieldKind.PAIRS if "object" in kinds else FieldKind.TEXT


def _options(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema, *schema.get("anyOf", ())]


def command_fields(spec: CommandSpec) -> tuple[CommandField, ...]:
    """The fields that only this command has, in the order of its payload."""
    schema = command_schema(spec.name)
    required = schema.get("required", [])
    return tuple(
        CommandField(
            name=name,
            kind=_kind(said),
            required=name in required,
            default=said["default"] if isinstance(said.get("default"), str) else None,
            longest=next((o["maxLength"] for o in _options(said) if "maxLength" in o), None),
            says=SAYS.get(f"{spec.name}.{name}") or SAYS.get(name, name.replace("_", " ")),
        )
        for name, said in schema["properties"].items()
        if name not in OWN
    )


def needs_happened_at(spec: CommandSpec) -> bool:
    """Whether the command requires the instant when it happened."""
    return "happened_at" in command_schema(spec.name).get("required", [])


def pair_of(text: str) -> tuple[str, str] | None:
    """The name and the value of `name=value`; None if it is something else."""
    name, equals, value = text.partition("=")
    return (name.strip(), value.strip()) if equals and name.strip() else None

"""The arguments and options of a command, derived from the schema of its payload.

A field that is added to a payload becomes an option by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from console.terminal.failures import usage
from console.terminal.times import FORMS, PAST, parse_instant
from models.command import CommandSpec, command_schema
from models.payload import Command

OWN = frozenset(Command.model_fields)
"""Fields that every command has; the console has its own options for them."""

POSITIONAL: dict[str, tuple[str, ...]] = {
    "set_severity": ("severity",),
    "assign_role": ("role", "person"),
    "unassign_role": ("role", "person"),
    "submit_review": (),
    "set_date": ("date", "at"),
    "extend_clock": ("clock", "by"),
}
"""The fields that are arguments, if it is not just the first required field."""

SAYS: dict[str, str] = {
    "reason": "why; the policy lists the accepted reasons",
    "duplicate_of": "the incident that this one duplicates",
    "severity": "the severity, such as SEV2; or leave it to the attributes",
    "attributes": "an attribute of the policy, as name=value; repeat for more",
    "role": "a role of the policy, such as incident_manager",
    "person": "who takes it, or holds it",
    "to": "who takes it over",
    "content": "what they must know, as name=text; repeat for more",
    "giver": "who gives it, if several people hold it",
    "command": "the command that somebody asked approval for, such as resolve",
    "level": "the level of the escalation; default: the next one",
    "only": "page only this level; default: the next levels too, until somebody answers",
    "text": "what to say",
    "audiences": "an audience of the policy; repeat for more; default: all that wait for updates",
    "step": "the id of a step of the policy",
    "steps": "the id of a policy step that this completes; repeat for more",
    "lessons": "a lesson learned; repeat for more",
    "milestone": "the name of the milestone",
    "latest_at": f"the latest it can have happened; --happened-at is the earliest; {PAST}",
    "next_at": f"when the next update will come, {FORMS}",
    "audience": "an audience of the policy",
    "attribute": "an attribute or a flag of the policy",
    "value": "its value; yes raises a flag, no lowers it",
    "date": "a date of the policy, such as review_meeting",
    "at": f"when it will be, {FORMS}",
    "clock": "a clock of the policy that may be extended",
    "by": "by how much, in the clock's own measure, such as 2h or 14d",
    "owner": "who does it",
    "due_at": f"by when, {FORMS}",
    "priority": "high, medium or low",
    "lead": "who led the review",
    "attendees": "who took part; repeat for more",
    "aspects": "an aspect and what was found, as aspect=finding; repeat for more",
    "documents": "a document and where it is kept, as name=url; repeat for more",
    "target": "an incident, ticket or change",
    "relation": "how they relate, such as caused_by",
}


class FieldKind(Enum):
    """How the value of a field is typed."""

    TEXT = auto()
    FLAG = auto()
    INSTANT = auto()
    MANY = auto()
    PAIRS = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a payload as a person types it."""

    name: str
    kind: FieldKind
    required: bool
    positional: bool
    default: str | None
    says: str

    @property
    def flag(self) -> str:
        """The option's name; a repeatable option has a singular name."""
        many = self.kind in {FieldKind.MANY, FieldKind.PAIRS}
        return "--" + (self.name.removesuffix("s") if many else self.name).replace("_", "-")

    @property
    def typed(self) -> str:
        """The field as the help names it."""
        return self.name.upper() if self.positional else self.flag


def _kind(schema: dict[str, Any]) -> FieldKind:
    options = [schema, *schema.get("anyOf", ())]
    if any(option.get("format") == "date-time" for option in options):
        return FieldKind.INSTANT
    kinds = {option.get("type") for option in options}
    if kinds == {"boolean"}:
        return FieldKind.FLAG
    if "array" in kinds:
        return FieldKind.MANY
    return FieldKind.PAIRS if "object" in kinds else FieldKind.TEXT


def fields_of(spec: CommandSpec) -> tuple[Field, ...]:
    """The fields that only this command has; arguments come first."""
    schema = command_schema(spec.name)
    required = schema.get("required", [])
    mine = [name for name in schema["properties"] if name not in OWN]
    first = tuple(name for name in mine if name in required)[:1]
    positional = POSITIONAL.get(spec.name, first)
    fields = [
        Field(
            name=name,
            kind=_kind(schema["properties"][name]),
            required=name in required,
            positional=name in positional,
            default=_default(schema["properties"][name].get("default")),
            says=SAYS.get(name, name.replace("_", " ")),
        )
        for name in mine
    ]
    return tuple(sorted(fields, key=lambda field: not field.positional))


def _default(value: object) -> str | None:
    return value if isinstance(value, str) else None


def needs_happened_at(spec: CommandSpec) -> bool:
    """Whether the command requires `--happened-at`."""
    return "happened_at" in command_schema(spec.name).get("required", [])


def pairs(flag: str, typed: list[str]) -> dict[str, str]:
    """Parse the `name=value` pairs of an option. Raises `Failure` (usage)."""
    found = {}
    for item in typed:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            message = f"{flag} {item!r}: write name=value"
            raise usage(message)
        found[name.strip()] = value.strip()
    return found


def value_of(field: Field, typed: Any, now: datetime) -> Any:
    """Convert a typed value for the payload. Raises `Failure` (usage)."""
    match field.kind:
        case FieldKind.TEXT | FieldKind.FLAG:
            return typed
        case FieldKind.INSTANT:
            return parse_instant(typed, now)
        case FieldKind.MANY:
            return tuple(typed)
        case FieldKind.PAIRS:
            return pairs(field.flag, typed)

"""The arguments and options of a command, from the fields of its payload.

A field that is added to a payload becomes an option by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.terminal.failure import usage
from console.terminal.times import FORMS, PAST, parse_instant
from models.command import CommandSpec
from models.command_fields import CommandField, FieldKind, command_fields, pair_of

POSITIONAL: dict[str, tuple[str, ...]] = {
    "set_severity": ("severity",),
    "assign_role": ("role", "person"),
    "unassign_role": ("role", "person"),
    "submit_review": (),
    "set_date": ("date", "at"),
    "extend_clock": ("clock", "by"),
}
"""The fields that are arguments, if it is not just the first required field."""

TYPED: dict[FieldKind, str] = {
    FieldKind.INSTANT: f", {FORMS}",
    FieldKind.MANY: "; repeat for more",
    FieldKind.PAIRS: ", as name=value; repeat for more",
}
"""How people type a field of a kind, after what it says."""

LATEST = f"; --happened-at is the earliest; {PAST}"


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


def fields_of(spec: CommandSpec) -> tuple[Field, ...]:
    """The fields that only this command has; arguments come first."""
    found = command_fields(spec)
    first = tuple(field.name for field in found if field.required)[:1]
    positional = POSITIONAL.get(spec.name, first)
    fields = [
        Field(
            name=field.name,
            kind=field.kind,
            required=field.required,
            positional=field.name in positional,
            default=field.default,
            says=_says(field),
        )
        for field in found
    ]
    return tuple(sorted(fields, key=lambda field: not field.positional))


def _says(field: CommandField) -> str:
    if field.name == "latest_at":
        return field.says + LATEST
    return field.says + TYPED.get(field.kind, "")


def pairs(flag: str, typed: list[str]) -> dict[str, str]:
    """Parse the `name=value` pairs of an option. Raises `Failure` (usage)."""
    found = {}
    for item in typed:
        pair = pair_of(item)
        if pair is None:
            message = f"{flag} {item!r}: write name=value"
            raise usage(message)
        found[pair[0]] = pair[1]
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

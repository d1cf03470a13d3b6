"""Turns events of a scenario into the fields of reports and commands."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from models.base import Actor
from models.command import COMMANDS, CommandSpec
from models.incident.record import Report
from models.proof import Proof
from models.scenario import EVENT_KEYS, ScenarioEvent, instant_of, parse_moment
from models.way_in import WayIn


class NoMoment(ValueError):  # noqa: N818 - says what is
    """The value of the field `name` is neither an offset nor an instant."""

    def __init__(self, name: str, why: ValueError) -> None:
        super().__init__(str(why))
        self.name = name


SOMEBODY = "somebody"
"""Who reports if the scenario does not say."""
VIA = WayIn.COMMAND_LINE.value
NOT_WRITTEN = frozenset(
    {"reporter", "group_id", "previous_incident", "opened_for", "alerts", "truncated_alerts"}
)
"""Fields of a report that the engine fills."""

ADOPTED = "policy_hash"
"""An author names the policy's file; the rehearsal replaces it by the hash."""

FRIENDLY: Mapping[str, Mapping[str, str]] = {
    "set_severity": {"to": "severity"},
    "assign_role": {"to": "person"},
    "post_update": {"to": "audiences"},
    "link": {"to": "target"},
    "adopt_policy": {"to": ADOPTED},
    "set_date": {"to": "at"},
    "extend_clock": {"for": "by"},
}
"""Other words that an author may use for a field of a command. If the field has the same name as a
key of every event, the author must use this word."""


def spec_of(name: str) -> CommandSpec | None:
    """The command with this name in the table or on the command line; None if there is none."""
    plain = name.replace("-", "_")
    known = {spec.typed.replace("-", "_"): spec for spec in COMMANDS.values()} | COMMANDS
    spec = known.get(plain)
    return spec if spec and not spec.internal else None


def names_of_commands() -> tuple[str, ...]:
    """The commands that a scenario may give."""
    return tuple(spec.name for spec in COMMANDS.values() if not spec.internal)


def written_as(spec: CommandSpec, event: ScenarioEvent) -> dict[str, str]:
    """The field of the command that each key of the event stands for."""
    friendly = dict(FRIENDLY.get(spec.name, {}))
    if "reason" not in spec.payload.model_fields:
        friendly["reason"] = "note"
    return {key: friendly.get(key, key) for key in event.fields}


def word_for(spec: CommandSpec, field: str) -> str:
    """The word that an author writes for a field of a command."""
    words = {name: word for word, name in FRIENDLY.get(spec.name, {}).items()}
    return words.get(field, field) if field in EVENT_KEYS else field


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _is_many(annotation: Any) -> bool:
    return any(get_origin(part) is tuple for part in _parts(annotation))


def _fitted(annotation: Any, value: Any, starts: datetime) -> Any:
    """`value` with moments turned into instants, and a single word into a list if one is needed."""
    if isinstance(value, dict):
        return {key: _fitted(annotation, item, starts) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    parts = tuple(_parts(annotation))
    if (datetime in parts or AwareDatetime in parts) and str not in parts:
        return instant_of(parse_moment(value), starts)
    return (value,) if _is_many(annotation) else value


def _fitted_fields(
    model: type[BaseModel], given: Mapping[str, Any], starts: datetime
) -> dict[str, Any]:
    fields = {}
    for name, value in given.items():
        known = model.model_fields.get(name)
        try:
            fields[name] = _fitted(known.annotation, value, starts) if known else value
        except ValueError as error:
            raise NoMoment(name, error) from None
    return fields


def report_of(event: ScenarioEvent, starts: datetime) -> dict[str, Any]:
    """The fields of the report that an event makes. Raises NoMoment."""
    given = _fitted_fields(Report, event.report or {}, starts)
    how = {"via": event.via or VIA, "proof": event.proof or Proof.CLAIMED}
    return {**given, "reporter": Actor(name=event.by or SOMEBODY, **how)}


def taker_of(event: ScenarioEvent) -> Actor:
    """Who puts somebody on call: `by`, or else the person who takes the shift."""
    person = event.on_call.person if event.on_call else SOMEBODY
    how = {"via": event.via or VIA, "proof": event.proof or Proof.CLAIMED}
    return Actor(name=event.by or person, **how)


def payload_of(spec: CommandSpec, event: ScenarioEvent, starts: datetime) -> dict[str, Any]:
    """The payload of the command that an event gives. Raises NoMoment."""
    names = written_as(spec, event)
    given = {names[key]: value for key, value in event.fields.items()}
    fields = _fitted_fields(spec.payload, given, starts)
    proof = {"proof": event.proof} if event.proof else {}
    return {"via": event.via or VIA, **proof, **fields, "actor": event.by}

"""Gives the command of a form, and returns the outcome."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import structlog
from pydantic import ValidationError

from incidents.command_ids import new_command_id
from incidents.errors import NotConfirmed
from models.command import COMMANDS, CommandSpec
from models.command_fields import FieldKind, command_fields, pair_of
from models.way_in import WayIn
from web.api.commanding import BODIES, Commanding, command_of
from web.http.errors import PROBLEM_BOUND, Refused, malformed
from web.http.keys import key_of
from web.identity.asker import Asker
from web.pages.typed_instants import typed_instant

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=4)
COMMON = ("note", "override")
"""Texts that every form may have."""
HAPPENED_AT = "happened_at"
ID_BOUND = 200
NOTHING: tuple[Any, ...] = (None, "", (), {})
"""What a blank field says."""


@dataclass(frozen=True, slots=True)
class Told:
    """The outcome of a form.

    A command that no worker has confirmed keeps its id, so that sending it again is safe. `fields`
    pairs each wrong field with its problem.
    """

    text: str
    style: str
    lines: tuple[str, ...] = ()
    status: HTTPStatus = HTTPStatus.OK
    again: bool = False
    fields: tuple[tuple[str, str], ...] = ()


async def give(
    commanding: Commanding,
    asker: Asker,
    incident: str,
    name: str,
    fields: Mapping[str, str],
    *,
    offered: Container[str] = BODIES,
    way: WayIn = WayIn.WEB,
) -> Told:
    """Give the command of a form that a page has `offered`.

    Raises nothing: a refusal is an outcome, too.
    """
    try:
        spec = _spec(name, offered)
        commanding.may(asker, name)
        own = values_of(spec, fields)
        try:
            said = BODIES[name].model_validate(own)
        except ValidationError as error:
            raise malformed(error, BODIES[name].model_fields) from None
        command = command_of(spec, said, asker.actor(None, way), _key(asker, fields))
        done = await commanding.give(incident, name, command, PATIENCE)
    except Refused as refused:
        if not refused.logged:
            log.warning(
                "form.refused",
                incident=incident[:ID_BOUND],
                command=name[:ID_BOUND],
                actor=asker.name,
                proof=asker.proof.value,
                error=str(refused)[:PROBLEM_BOUND],
            )
        return told_of(refused)
    except NotConfirmed:
        text = "Sent. No worker has answered yet; it is done as soon as one runs."
        lines = ("Open this page again to see it.",)
        return Told(text, "warn", lines, HTTPStatus.ACCEPTED, again=True)
    return Told(f"Done: {done.summary}", "good", done.doubts)


def _key(asker: Asker, fields: Mapping[str, str]) -> str:
    given = fields.get("command_id", "").strip()[:ID_BOUND]
    return key_of(asker.owner, given or new_command_id())


def _spec(name: str, offered: Container[str]) -> CommandSpec:
    if name not in BODIES or name not in offered:
        raise Refused(HTTPStatus.NOT_FOUND, "UnknownCommand", "there is no such form")
    return COMMANDS[name]


def told_of(refused: Refused) -> Told:
    """A refusal in words."""
    facts = refused.facts
    lines = [f"Missing: {each}" for each in facts.get("missing") or () if each not in str(refused)]
    may = facts.get("may") or ()
    lines += [f"Who may: {', '.join(may)}"] if may else []
    status, fields = HTTPStatus(refused.status), tuple(refused.fields)
    return Told(f"Not done: {refused}", "alarm", tuple(lines), status, fields=fields)


def values_of(spec: CommandSpec, fields: Mapping[str, str]) -> dict[str, Any]:
    """What somebody filled in, as the payload takes it; a blank field says nothing.

    Raises Refused (422).
    """
    kinds = {field.name: field.kind for field in command_fields(spec)}
    kinds |= dict.fromkeys(COMMON, FieldKind.TEXT) | {HAPPENED_AT: FieldKind.INSTANT}
    found = {name: value_of(name, kind, fields) for name, kind in kinds.items()}
    return {name: value for name, value in found.items() if value not in NOTHING}


def value_of(name: str, kind: FieldKind, fields: Mapping[str, str]) -> Any:
    """What somebody filled into one field, as its kind takes it. Raises Refused (422)."""
    text = fields.get(name, "")
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    match kind:
        case FieldKind.INSTANT:
            return _instant(name, fields)
        case FieldKind.MANY:
            return lines
        case FieldKind.PAIRS:
            return _pairs(name, lines)
        case FieldKind.TEXT | FieldKind.FLAG:
            return text.strip().replace("\r\n", "\n")


def _instant(name: str, fields: Mapping[str, str]) -> datetime | None:
    try:
        return typed_instant(name, fields)
    except ValueError as error:
        raise wrong(name, str(error)) from None


def wrong(name: str, problem: str) -> Refused:
    """Refuse what somebody filled into a field."""
    status, message = HTTPStatus.UNPROCESSABLE_ENTITY, f"{name}: {problem}"
    return Refused(status, "Malformed", message, fields=[(name, problem)])


def _pairs(name: str, lines: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for line in lines:
        pair = pair_of(line)
        if pair is None:
            raise wrong(name, f"{line[:100]!r} is not name=value")
        if pair[1]:
            found[pair[0]] = pair[1]
    return found

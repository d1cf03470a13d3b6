"""What a command would do, in full: what approvers read is what is compared when it is done.

Every field counts, whatever the command: a new field is a part of the content at once. Left out are
only who gives the command, and how it reached the incident.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from models.command import (
    AssignRoleCommand,
    CancelCommand,
    CorrectMilestoneCommand,
    HandOverCommand,
    PostUpdateCommand,
    ResumeCommand,
    SetAttributeCommand,
    SetDateCommand,
    SetMilestoneCommand,
    SetSeverityCommand,
    UnassignRoleCommand,
    WithdrawMilestoneCommand,
)
from models.payload import Command
from models.people.authority import BACKDATING
from models.readable import made_visible
from rules.record.audiences import audiences_addressed
from rules.record.decision import AT_ONCE, Case
from rules.wording.times import in_utc

_BY_WHOM = frozenset({"actor", "via", "proof", "command_id", "sent_at", "override", "happened_at"})
_EMPTY: tuple[Any, ...] = (None, "", (), {}, False)
_SHORT = 60
SHORTENED = 300
"""The characters of a request in one line; the page and `show` have the whole content."""
COMMAND, NOTE, DATED, CHANGES = "the command", "note", "dated", "changes"
_HOW = frozenset({NOTE, DATED, CHANGES})
"""Parts that can differ between two commands that do the same."""

Content = dict[str, Any]


def content_of(case: Case, name: str, command: Command, rule: str) -> Content:
    """All that a command would do in this case. Instants are to the second, as people see them.

    `rule` is the rule for which approval is asked; that for backdating always covers the date.
    """
    told: Content = {COMMAND: name}
    fields = command.model_dump(exclude=set(_BY_WHOM))
    told |= {field: _plain(value) for field, value in fields.items() if value not in _EMPTY}
    if isinstance(command, PostUpdateCommand):
        told["audiences"] = list(audiences_addressed(command, case.policy))
    dated = rule == BACKDATING or isinstance(command, CorrectMilestoneCommand)
    if dated or (command.happened_at and case.now - command.happened_at > AT_ONCE):
        told[DATED] = _plain(case.happened_at)
    changes = list(_changes(case, command))
    return {**told, CHANGES: changes} if changes else told


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case datetime():
            return in_utc(value)
        case dict():
            return {str(name): _plain(item) for name, item in value.items()}
        case tuple() | list():
            return [_plain(item) for item in value]
        case str() | int() | float() | None:
            return value
        case _:
            return str(value)


def _changes(case: Case, command: Command) -> Iterator[str]:
    """What is now, if the command would replace or end it: the same words then mean the same."""
    incident = case.incident
    if case.becomes and case.becomes != incident.severity:
        yield f"the severity, from {incident.severity} to {case.becomes}"
    match command:
        case AssignRoleCommand(role=role) | UnassignRoleCommand(role=role):
            yield f"{role}, held by {', '.join(incident.holders(role)) or 'nobody'}"
        case HandOverCommand(role=role):
            yield f"{role}, held by {', '.join(incident.holders(role)) or 'nobody'}"
        case CorrectMilestoneCommand(milestone=name) | WithdrawMilestoneCommand(milestone=name):
            known = incident.milestone(name)
            yield f"{name}, now {in_utc(known.at)}" if known else f"{name}, not recorded"
        case SetAttributeCommand(attribute=name):
            values = [change.value for change in incident.attributes if change.name == name]
            yield f"{name}, now {values[-1] if values else 'not set'}"
        case SetDateCommand(date=name):
            dates = [date.at for date in incident.dates if date.name == name]
            yield f"{name}, now {in_utc(dates[-1]) if dates else 'not set'}"
        case ResumeCommand() if incident.hold:
            hold = incident.hold
            yield f"the hold since {in_utc(hold.from_at)}: {hold.reason}"


def digest_of(content: Content) -> str:
    """The digest by which the same request is recognised."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def core_of(content: Content) -> str:
    """The digest by which a command is recognised that does the same with other words."""
    return digest_of({name: value for name, value in content.items() if name not in _HOW})


def in_full(content: Content) -> str:
    """The content for people, each part on lines of its own.

    Further lines of a text are set in, so that no text can pass for another part.
    """
    parts = ((name, value) for name, value in content.items() if name != COMMAND)
    return "\n".join(f"{name.replace('_', ' ')}: {_set_in(value)}" for name, value in parts)


def _set_in(value: Any) -> str:
    return "\n    ".join(made_visible(line) for line in _words(value).splitlines())


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(["", *(f"{name}: {_words(item)}" for name, item in value.items())])
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value)
    return str(value)


def in_a_word(name: str, command: Command, content: Content) -> str:
    """A command in one line, shortened, with its date."""
    said = _line(name, command, content)
    if len(said) > SHORTENED:
        said = f"{said[:SHORTENED]} … ({len(said) - SHORTENED} more characters)"
    dated = content.get(DATED)
    shown = dated and not isinstance(command, CorrectMilestoneCommand)
    return f"{said}, dated {dated}" if shown else said


def _line(name: str, command: Command, content: Content) -> str:
    match command:
        case PostUpdateCommand():
            return f"{name}: {command.text}"
        case CorrectMilestoneCommand():
            return f"{name} {command.milestone} to {content[DATED]}"
        case SetSeverityCommand(severity=str(severity)):
            return f"{name} {severity}"
        case AssignRoleCommand():
            return f"{name} {command.role} {command.person}"
        case SetMilestoneCommand() | WithdrawMilestoneCommand():
            return f"{name} {command.milestone}"
        case CancelCommand():
            other = f", {command.duplicate_of}" if command.duplicate_of else ""
            return f"{name} ({command.reason}{other})"
    words = [_words(content[field]).strip() for field in content if field not in {COMMAND, *_HOW}]
    short = [word if len(word) <= _SHORT else f"{word[:_SHORT]}…" for word in words]
    return f"{name} ({', '.join(short)})" if short else name

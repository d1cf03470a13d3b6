"""The form of a report: its fields by the policy, and what somebody filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from models.base import Actor
from models.command_fields import FieldKind
from models.compiled import CompiledPolicy
from models.policy import Policy
from rules.commands.beginning.asked_fields import AskedField, asked_fields
from web.api.reports import Reported
from web.http.errors import Refused, malformed
from web.pages.fields import Choice, FormField, label_of
from web.pages.sending import HAPPENED_AT, NOTHING, value_of
from web.pages.times import times_of
from web.pages.typed_instants import ZONE, zone_choices

ATTRIBUTES = "attributes."
LONGEST_LINE, LONGEST_TITLE, LONGEST_NATURE = 500, 300, 8000
COMMAND_ID = "command_id"
KINDS = {
    "title": FieldKind.TEXT,
    "nature": FieldKind.TEXT,
    "affected_systems": FieldKind.MANY,
    "severity": FieldKind.TEXT,
    "service": FieldKind.TEXT,
    HAPPENED_AT: FieldKind.INSTANT,
}
_CONTROLS = {"nature": "lines", "affected_systems": "lines"}
_LONGEST = {
    "title": LONGEST_TITLE,
    "nature": LONGEST_NATURE,
    "affected_systems": LONGEST_NATURE,
}
_SAYS = {
    "title": "what is wrong, in one line",
    "nature": "what is known about it, and whom it affects",
    "affected_systems": "one a line",
    "severity": "your own judgement; without it, the policy decides",
    "service": "the service of the policy",
}

Problem = tuple[str, str]
"""A field, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in: as it is typed, and as a report as far as it can be read."""

    typed: Mapping[str, str]
    said: Reported
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """Who reports, and the policy in force: as an incident carries it, and as people wrote it."""

    reporter: Actor
    policy: CompiledPolicy
    written: Policy


@dataclass(frozen=True, slots=True)
class ReportForm:
    """The fields: those that the policy requires or decides by, and those that may help."""

    name: str
    first: tuple[FormField, ...]
    more: tuple[FormField, ...]
    command_id: str
    problems: tuple[tuple[str, str, str], ...] = ()

    @property
    def more_opened(self) -> bool:
        """Whether somebody filled in one of the other fields, or has to mend it."""
        return any(each.value or each.problem for each in self.more)


def filled(fields: Mapping[str, str]) -> Filled:
    """What the fields of a form say, and which of them cannot be read."""
    said: dict[str, Any] = {}
    unread: list[Problem] = []
    for name, kind in KINDS.items():
        try:
            said[name] = value_of(name, kind, fields)
        except Refused as refused:
            unread += refused.fields
    said["attributes"] = {
        name.removeprefix(ATTRIBUTES): text.strip()
        for name, text in fields.items()
        if name.startswith(ATTRIBUTES) and text.strip()
    }
    said = {name: value for name, value in said.items() if value not in NOTHING}
    try:
        return Filled(fields, Reported.model_validate(said), tuple(unread))
    except ValidationError as error:
        problems = tuple(malformed(error, Reported.model_fields).fields)
    wrong = {name.partition(".")[0] for name, _ in problems} or set(said)
    rest = {name: value for name, value in said.items() if name not in wrong}
    return Filled(fields, Reported.model_validate(rest), (*unread, *problems))


def report_form(
    asking: Asking,
    typed: Mapping[str, str],
    problems: Iterable[Problem],
    command_id: str,
) -> ReportForm:
    """The form for a reporter, with what they typed and what is wrong with it."""
    asked = asked_fields(asking.reporter, asking.policy, tuple(asking.written.services))
    found = _by_field(problems, [*(each.name for each in asked), HAPPENED_AT])
    fields = [(each, _field(each, asking.written, typed, found)) for each in asked]
    began = FormField(
        HAPPENED_AT,
        "First noticed",
        "instant",
        required=False,
        says="when it was first noticed; without it, now",
        choices=(),
        value=typed.get(HAPPENED_AT, ""),
        longest=40,
        problem=found.get(HAPPENED_AT, ""),
        zones=zone_choices(HAPPENED_AT, typed, times_of(asking.written.time_zone)),
        zone=typed.get(f"{HAPPENED_AT}{ZONE}", ""),
    )
    first = tuple(field for each, field in fields if each.leads)
    more = tuple(field for each, field in fields if not each.leads)
    listed = tuple(_listed(name, text, (*first, *more, began)) for name, text in found.items())
    return ReportForm("report", first, (*more, began), command_id, listed)


def _field(
    asked: AskedField, policy: Policy, typed: Mapping[str, str], problems: Mapping[str, str]
) -> FormField:
    name = asked.name
    decides = "the severity follows from it" if asked.decides else ""
    return FormField(
        name=name,
        label=label_of(name.removeprefix(ATTRIBUTES)),
        control="select" if asked.choices else _CONTROLS.get(name, "text"),
        required=asked.needed,
        says=_SAYS.get(name, decides),
        choices=tuple(_choice(name, value, policy) for value in asked.choices),
        value=typed.get(name, ""),
        longest=_LONGEST.get(name, LONGEST_LINE),
        problem=problems.get(name, ""),
    )


def _choice(name: str, value: str, policy: Policy) -> Choice:
    severity = policy.severities.get(value) if name == "severity" else None
    return Choice(value, f"{value}: {severity.means}"[:LONGEST_LINE] if severity else value)


def _by_field(problems: Iterable[Problem], names: Iterable[str]) -> dict[str, str]:
    """The problems of each field; what is wrong with a part of a field is wrong with it."""
    known = frozenset(names)
    found: dict[str, str] = {}
    for where, problem in problems:
        place = where.removeprefix("report.")
        whole = place.partition(".")[0]
        name = place if place in known else whole if whole in known else where
        found.setdefault(name, problem)
    return found


def _listed(name: str, problem: str, fields: Iterable[FormField]) -> tuple[str, str, str]:
    """A problem for the list above the form: the field's id, if it has one; its label; and it."""
    field = next((each for each in fields if each.name == name), None)
    label = field.label if field else label_of(name)
    return (f"report-{name}" if field else "", label, problem)

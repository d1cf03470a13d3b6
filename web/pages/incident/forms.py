"""The commands of an incident as forms, from the one table of commands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from incidents.command_ids import new_command_id
from models.answers.view import IncidentView, NextStep
from models.command import COMMANDS, CommandSpec
from models.command_fields import CommandField, FieldKind, command_fields, needs_happened_at
from models.compiled import CompiledPolicy
from rules.people.permission.authority import rule_for, who_may
from states.lifecycle import BY_TRIGGER, TERMINAL, Trigger
from web.pages.fields import LONGEST_TEXT, FormField, label_of
from web.pages.forms import Given
from web.pages.incident.choices import Choices, Situation, choices_of, names_of_pairs
from web.pages.sending import HAPPENED_AT
from web.pages.times import Times
from web.pages.typed_instants import BOUND, ZONE, zone_choices

OFTEN = (
    "post_update",
    "add_note",
    "complete_step",
    "set_severity",
    "assign_role",
    "escalate",
    "decline",
    "hold",
    "resume",
    "approve",
    "reject",
    "accept_handover",
    "decline_handover",
)
"""The commands that stand first, after those that move the incident."""
LONG = frozenset({"text", "note", "override", "reason"})
"""Texts of several lines."""


@dataclass(frozen=True, slots=True)
class CommandForm:
    """A command as a form, with what it does and who may give it."""

    name: str
    label: str
    says: str
    may: tuple[str, ...]
    missing: tuple[str, ...]
    fields: tuple[FormField, ...]
    more: tuple[FormField, ...]
    command_id: str
    opened: bool


@dataclass(frozen=True, slots=True)
class Forms:
    """All forms of a page, in the order in which somebody needs them."""

    next: tuple[CommandForm, ...]
    often: tuple[CommandForm, ...]
    others: tuple[CommandForm, ...]


def forms_for(
    view: IncidentView, policy: CompiledPolicy | None, given: Given | None, times: Times
) -> Forms:
    """The commands that make sense now; their instants are typed as the page shows times."""
    maker = _Maker(view, Situation(view.incident, policy), given, times)
    moves = [name for name in (step.name for step in view.next) if name in COMMANDS]
    possible = [name for name in COMMANDS if name not in moves and maker.makes_sense(name)]
    often = [name for name in OFTEN if name in possible]
    others = [name for name in possible if name not in often]
    return Forms(maker.made(moves), maker.made(often), maker.made(others))


@dataclass(frozen=True, slots=True)
class _Maker:
    view: IncidentView
    situation: Situation
    given: Given | None
    times: Times

    def makes_sense(self, name: str) -> bool:
        """Whether the command can do anything now; a choice without values says that it cannot."""
        spec, held = COMMANDS[name], self.view.incident.hold is not None
        if spec.internal or name in set(Trigger) or self.view.incident.state in TERMINAL:
            return False
        if name in {"hold", "resume"} and held is (name == "hold"):
            return False
        needed = (field for field in command_fields(spec) if field.required)
        return all(self._possible(name, field) for field in needed)

    def _possible(self, name: str, field: CommandField) -> bool:
        choices = choices_of(name, field.name, self.situation)
        return choices is None or not choices.closed or bool(choices.values)

    def made(self, names: list[str]) -> tuple[CommandForm, ...]:
        """The forms of commands."""
        steps = {step.name: step for step in self.view.next}
        return tuple(self._form(COMMANDS[name], steps.get(name)) for name in names)

    def _form(self, spec: CommandSpec, step: NextStep | None) -> CommandForm:
        given = self.given if self.given and self.given.name == spec.name else None
        values = given.fields if given else {}
        kept = values.get("command_id", "") if given and given.keep_id else ""
        return CommandForm(
            name=spec.name,
            label=label_of(spec.name),
            says=_says(spec, step),
            may=step.may if step else self._may(spec.name),
            missing=step.missing if step else (),
            fields=tuple(self._fields(spec, values)),
            more=tuple(_common(spec, values, self.times)),
            command_id=kept or new_command_id(),
            opened=given is not None,
        )

    def _may(self, name: str) -> tuple[str, ...]:
        incident, policy = self.situation.incident, self.situation.policy
        if policy is None:
            return ()
        return who_may(rule_for(policy, name), incident, policy, self.view.now)

    def _fields(self, spec: CommandSpec, values: Mapping[str, str]) -> Iterator[FormField]:
        if needs_happened_at(spec):
            yield _happened_at(values, self.times, required=True)
        for field in command_fields(spec):
            choices = choices_of(spec.name, field.name, self.situation)
            if choices is not None and choices.closed and not choices.values:
                continue
            asked = "\n".join(
                f"{name}=" for name in names_of_pairs(field.name, self.situation.policy)
            )
            zoned = field.kind is FieldKind.INSTANT
            yield FormField(
                name=field.name,
                label=label_of(field.name),
                control=_control(field, choices),
                required=field.required,
                says=_field_says(field),
                choices=choices.values if choices else (),
                value=values.get(field.name, field.default or asked),
                longest=field.longest or LONGEST_TEXT,
                zones=zone_choices(field.name, values, self.times) if zoned else (),
                zone=values.get(f"{field.name}{ZONE}", ""),
            )
        if spec.name not in {"add_note", "post_update"}:
            yield _text("note", "Note", "why, for the timeline", values)


def bare_fields(spec: CommandSpec) -> tuple[FormField, ...]:
    """The fields of a command if nobody can say what may be chosen: any text may be right."""
    own = (
        FormField(
            name=field.name,
            label=label_of(field.name),
            control=_control(field, None),
            required=field.required,
            says=_field_says(field),
            choices=(),
            value=field.default or "",
            longest=field.longest or LONGEST_TEXT,
        )
        for field in command_fields(spec)
    )
    return tuple(own)


def _says(spec: CommandSpec, step: NextStep | None) -> str:
    says = step.says if step else spec.says
    row = BY_TRIGGER.get(Trigger(spec.name)) if spec.name in set(Trigger) else None
    leads = ""
    if row and row.target:
        other = f" or {row.skips_review_to.value}" if row.skips_review_to else ""
        leads = f" The incident is in {row.target.value}{other} then."
    return f"{says[:1].upper()}{says[1:]}.{leads}"


def _field_says(field: CommandField) -> str:
    added = {
        FieldKind.PAIRS: "; name=value, one a line",
        FieldKind.MANY: "; one a line",
    }
    return field.says + added.get(field.kind, "")


def _control(field: CommandField, choices: Choices | None) -> str:
    closed = choices is not None and choices.closed
    match field.kind:
        case FieldKind.FLAG:
            return "check"
        case FieldKind.INSTANT:
            return "instant"
        case FieldKind.MANY:
            return "checks" if closed else "lines"
        case FieldKind.PAIRS:
            return "lines"
        case FieldKind.TEXT if closed:
            return "select"
        case FieldKind.TEXT:
            return "lines" if field.name in LONG else "text"


def _text(name: str, label: str, says: str, values: Mapping[str, str]) -> FormField:
    value = values.get(name, "")
    return FormField(name, label, "lines", False, says, (), value, LONGEST_TEXT)  # noqa: FBT003


def _happened_at(values: Mapping[str, str], times: Times, *, required: bool) -> FormField:
    return FormField(
        name=HAPPENED_AT,
        label="Happened at",
        control="instant",
        required=required,
        says="when it happened; never in the future",
        choices=(),
        value=values.get(HAPPENED_AT, ""),
        longest=BOUND,
        zones=zone_choices(HAPPENED_AT, values, times),
        zone=values.get(f"{HAPPENED_AT}{ZONE}", ""),
    )


def _common(spec: CommandSpec, values: Mapping[str, str], times: Times) -> Iterator[FormField]:
    """What every command may say, and few need."""
    if not needs_happened_at(spec):
        yield _happened_at(values, times, required=False)
    yield _text("override", "Override", "a reason to do it even if the policy refuses", values)

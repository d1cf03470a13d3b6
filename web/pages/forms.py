"""The forms that a page offers: commands that a person can give with a thumb."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from incidents.command_ids import new_command_id
from models.answers.view import IncidentView, StepLeft
from models.base import Actor
from models.command import COMMANDS
from models.compiled import CompiledPolicy
from models.proof import Proof
from models.way_in import WayIn
from rules.commands.changes.disputes import ACKNOWLEDGED, DISPUTABLE
from rules.commands.judging.implied_commands import SET_SEVERITY
from rules.people.permission.authority import DISPUTE, permitted, rule_for, trigger_rule
from rules.people.permission.trust import proven
from states.lifecycle import Trigger


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form."""

    name: str
    label: str
    limit: int
    required: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """A command that a page offers. Its id goes with it, so that a double tap counts once.

    `steps` can be ticked off with it, `hidden` goes with it. `values` are what somebody wrote into
    the form that was sent and did nothing yet.
    """

    name: str
    label: str
    says: str
    fields: tuple[Field, ...] = ()
    main: bool = False
    hidden: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[StepLeft, ...] = ()
    command_id: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


_NOTE = (Field("note", "What people should know", 4000, required=False),)
_WHY = (Field("reason", "Why", 2000),)
_TEXT = (Field("text", "Note", 4000),)
_UPDATE = (Field("text", "Update", 8000),)

OFFERED = (
    Form("acknowledge", "Acknowledge", "You take it on.", main=True),
    Form(DISPUTE, "That was not me", "The acknowledgement is taken back. The escalation goes on."),
    Form("decline", "I cannot", "The next level is paged at once.", _WHY),
    Form("escalate", "Escalate", "The next level is paged, too.", _NOTE),
    Form("add_note", "Add a note", "Everybody sees it on the timeline.", _TEXT),
    Form("post_update", "Post an update", "It goes to all who wait for one.", _UPDATE),
    Form(SET_SEVERITY, "Confirm {}", "The severity is right.", _NOTE),
    Form("begin_diagnosis", "Begin the diagnosis", "The assessment is over.", _NOTE),
    Form("begin_resolution", "Begin the resolution", "The cause is known.", _NOTE),
    Form("mitigate", "Mitigated", "The impact is over, the incident is not.", _NOTE),
    Form("resolve", "Resolved", "It works again.", _NOTE),
)
"""What a page may offer, in this order; the policy decides what a link grants."""
EVERY_FORM = frozenset(form.name for form in OFFERED)
ALWAYS = frozenset({"decline", "escalate", "add_note", "post_update"})
"""Commands whose possibility the incident itself decides when they come."""


@dataclass(frozen=True, slots=True)
class Given:
    """The form that was sent and did nothing yet. With `keep_id`, the next is the same command."""

    name: str
    fields: Mapping[str, str]
    keep_id: bool = False


def offered(
    view: IncidentView,
    person: str,
    policy: CompiledPolicy | None = None,
    given: Given | None = None,
) -> tuple[Form, ...]:
    """The forms for what is possible now and granted, each with a command id of its own.

    With a `policy`, only what it allows this person; without one, the incident judges that.
    """
    steps = {step.name: step.steps for step in view.next if step.lacks_only_steps}
    possible = {*steps, *ALWAYS}
    if not view.incident.severity_confirmed:
        possible.add(SET_SEVERITY)
    names = possible & set(view.link_grants) & COMMANDS.keys()
    names = {each for each in names if policy is None or _may(view, person, policy, each)}
    if can_dispute(view, person):
        names.add(DISPUTE)
    severity = view.incident.severity
    return tuple(
        _made(_for_now(form, steps.get(form.name, ()), severity), given)
        for form in OFFERED
        if form.name in names
    )


def _may(view: IncidentView, person: str, policy: CompiledPolicy, name: str) -> bool:
    """Whether the policy lets a person give a command by a link."""
    incident = view.incident
    rule = (
        trigger_rule(policy, Trigger(name), incident.state)
        if name in set(Trigger)
        else rule_for(policy, name)
    )
    actor = Actor(name=person, via=WayIn.WEB.value, proof=Proof.LINK)
    return proven(actor, name, policy) and permitted(rule, actor, incident, policy, view.now)


def _for_now(form: Form, steps: tuple[StepLeft, ...], severity: str) -> Form:
    if form.name == SET_SEVERITY:
        return replace(form, label=form.label.format(severity), hidden={"severity": severity})
    return replace(form, steps=steps)


def can_dispute(view: IncidentView, person: str) -> bool:
    """Whether the record says that this person acknowledged, by a proof that others may have."""
    said = view.incident.milestone(ACKNOWLEDGED)
    return said is not None and said.actor.name == person and said.actor.proof in DISPUTABLE


def _made(form: Form, given: Given | None) -> Form:
    if given is None or given.name != form.name:
        return replace(form, command_id=new_command_id())
    kept = given.fields.get("command_id", "") if given.keep_id else ""
    return replace(form, command_id=kept or new_command_id(), values=given.fields)

"""The forms that a page offers: commands that a person can give with a thumb."""

from dataclasses import dataclass, replace

from incidents.command_ids import new_command_id
from models.answers.view import IncidentView
from models.command import COMMANDS


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form."""

    name: str
    label: str
    limit: int
    required: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """A command that a page offers. Its id goes with it, so that a double tap counts once."""

    name: str
    label: str
    says: str
    fields: tuple[Field, ...] = ()
    main: bool = False
    command_id: str = ""


_NOTE = (Field("note", "What people should know", 4000, required=False),)
_WHY = (Field("reason", "Why", 2000),)
_TEXT = (Field("text", "Note", 4000),)
_UPDATE = (Field("text", "Update", 8000),)

OFFERED = (
    Form("acknowledge", "Acknowledge", "You take it on.", main=True),
    Form("decline", "I cannot", "The next level is paged at once.", _WHY),
    Form("escalate", "Escalate", "The next level is paged, too.", _NOTE),
    Form("add_note", "Add a note", "It stands on the timeline.", _TEXT),
    Form("post_update", "Post an update", "It goes to all who wait for one.", _UPDATE),
    Form("begin_diagnosis", "Begin the diagnosis", "The assessment is over.", _NOTE),
    Form("begin_resolution", "Begin the resolution", "The cause is known.", _NOTE),
    Form("mitigate", "Mitigated", "The impact is over, the incident is not.", _NOTE),
    Form("resolve", "Resolved", "It works again.", _NOTE),
)
"""What a page may offer, in this order; the policy decides what a link grants."""
EVERY_FORM = frozenset(form.name for form in OFFERED)
ALWAYS = frozenset({"decline", "escalate", "add_note"})
"""Commands whose possibility the incident itself decides when they come."""


def offered(view: IncidentView, granted: frozenset[str]) -> tuple[Form, ...]:
    """The forms for what is possible now and granted, each with a command id of its own."""
    possible = {step.name for step in view.next if step.allowed} | ALWAYS
    names = possible & granted & COMMANDS.keys()
    return tuple(
        replace(form, command_id=new_command_id()) for form in OFFERED if form.name in names
    )

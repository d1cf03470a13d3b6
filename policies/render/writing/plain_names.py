"""Names as people write them: `communication_lead` reads "communication lead"."""

import re
from collections.abc import Callable, Iterable, Iterator

from models.command import COMMANDS
from models.time.clock_name import RoleClock, clock_named
from policies.render.writing.document import (
    Block,
    Bullets,
    Heading,
    Lifecycle,
    Paragraph,
    Section,
    Table,
    Verbatim,
)
from policies.render.writing.view import View
from rules.commands.beginning.report_rules import INFORMATION
from rules.paging.messages import ALL_FACTS
from states.lifecycle import TRANSITIONS, Guard, State

Speak = Callable[[str], str]
"""A text with names as people write them, capitalised if the text begins with one."""

_TOKEN = re.compile(r"(?<![\w=/@.:\-])[\w\-]++(?:[.:][\w\-]++)*+(?![=/@\[])")
"""A name, or a path. Part of a label (`team=db`), an address or a path stays as it is."""

_OF_ENGINE = (
    *COMMANDS,
    *State,
    *Guard,
    *(row.milestone for row in TRANSITIONS if row.milestone),
    *ALL_FACTS,
    *INFORMATION,
    "reviewed",
    "severity_changed",
)
_OPENERS = (
    *("date", "first", "flag", "role", "severity", "status"),
    *("any", "anyone", "nobody", "responders"),
)
"""Words that begin a moment, a condition, or whoever may do something."""


def speaking(names: Iterable[str]) -> Speak:
    """The texts in which these names and those of the engine stand."""
    words = {name: _words(name) for name in (*_OF_ENGINE, *_OPENERS, *names)}

    def said(found: re.Match[str]) -> str:
        name = words.get(found[0])
        if name is None:
            return found[0]
        return name if found.start() else name[:1].upper() + name[1:]

    return lambda text: text if isinstance(text, Verbatim) else _TOKEN.sub(said, text)


def _words(name: str) -> str:
    of = clock_named(name)
    if isinstance(of, RoleClock):
        return f"role of {_words(of.role)}"
    return " ".join(part for part in name.replace(":", "_").split("_") if part) or name


def names_of(view: View) -> Iterator[str]:
    """What a policy names, except people and services: these keep their names."""
    policy, compiled = view.policy, view.compiled
    for section in (
        policy.roles,
        policy.calendars,
        policy.schedules,
        policy.escalations,
        policy.channels,
        policy.metrics,
        compiled.attributes,
        compiled.authority,
        compiled.approvals,
    ):
        yield from section
    yield from (*policy.milestones, *policy.dates, *policy.flags, *policy.holds.reasons)
    yield from (clock.name for clock in compiled.clocks)
    yield from (audience.name for audience in compiled.audiences)
    yield from (step.id for step in compiled.steps)
    yield from (value for values in compiled.attributes.values() for value in values)
    yield from (reason for rule in compiled.authority.values() for reason in rule.reasons)
    yield from (team for person in policy.people.values() for team in person.teams)
    yield from (rotation for given in policy.schedules.values() for rotation in given.layers)
    yield from (*compiled.review.aspects, *compiled.review.documents)
    yield from policy.reporting.required if policy.reporting else ()
    yield from compiled.handover.required if compiled.handover else ()


def spoken(section: Section, speak: Speak) -> Section:
    """A section with every text of it as people write it."""
    return Section(section.title, tuple(_block(block, speak) for block in section.blocks))


def _block(block: Block, speak: Speak) -> Block:
    match block:
        case Paragraph(text):
            return Paragraph(speak(text))
        case Heading(text):
            return Heading(speak(text))
        case Bullets(items):
            return Bullets(tuple(map(speak, items)))
        case Table(head, rows):
            return Table(tuple(map(speak, head)), tuple(tuple(map(speak, row)) for row in rows))
        case Lifecycle():
            return block

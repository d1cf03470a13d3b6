"""The bounds of a message: instants within the calendar, texts and lists of bounded length.

They are checked when a message comes in, before it is judged. What is already on record is not
checked again, so an incident that once accepted more can go on.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from pydantic import BaseModel

from models.alert import AlertBatch
from models.base import FIRST_YEAR, LAST_YEAR
from models.command import (
    AddActionItemCommand,
    AddLessonCommand,
    LinkCommand,
    PostUpdateCommand,
    RecordAlertsCommand,
    TriggerCommand,
)
from models.compiled import CompiledPolicy
from models.incident.record import Incident, Link, Report
from models.payload import Command
from rules.record.carried import size, weight
from rules.record.decision import Refusal
from states.lifecycle import TRANSITIONS

NAME_BOUND = 500
"""Characters of a text without a bound of its own below: names, ids, words of the policy."""
TEXT_BOUNDS: dict[str, int] = {
    "text": 8000,
    "nature": 8000,
    "aspects": 8000,
    "lessons": 4000,
    "note": 4000,
    "content": 4000,
    "override": 2000,
    "reason": 2000,
    "documents": 2000,
    "target": 2000,
    "link": 2000,
    "summary": 2000,
    "labels": 2000,
}
"""Characters of a text, by its field."""
ENTRIES_BOUND = 200
ENTRIES_BOUNDS: dict[str, int] = {"alerts": 1500, "pages": 1000}
"""Entries of a list or a mapping, by its field."""
COUNT_BOUND = 1_000_000
"""The largest number in a message."""
ENOUGH_BYTES, MOST_BYTES = 256 * 1024, 512 * 1024
"""A record of the first size, without timeline and alerts, accepts nothing more that adds to it;
one of the second size accepts not even what the next state may need."""
MESSAGE_BYTES = 256 * 1024
"""The most that one message may contain in all. Alerts have bounds of their own."""
NEEDED_TO_MOVE_ON = frozenset(
    {"set_severity", "assign_role", "unassign_role", "complete_step", "submit_review"}
)
MOVE_ON = frozenset({"cancel", "resume"})
LEAD_BACK = frozenset(row.trigger.value for row in TRANSITIONS if row.voids)
"""Triggers that undo others; without them an incident cannot go in circles."""
SAID_AGAIN = {row.trigger.value: row.milestone for row in TRANSITIONS if row.target is None}
"""Triggers that do not change the state, and the milestone that each of them sets again."""
MOST_AGAIN = 20
MOST_SAME_UPDATES, MOST_OF_SAME_UPDATES = 100, 32_000
"""How many status updates may have the same text, and how many characters together."""
_MOST_TOLD = 20
_WITHOUT_PARTS = frozenset({str, int, float, bool, timedelta})
_LONGEST = timedelta(days=3660)

Flaw = tuple[str, str]
"""The place of a value, and what is wrong with it."""


def excesses(message: BaseModel) -> tuple[Flaw, ...]:
    """The first values of a message that exceed its bounds."""
    return tuple(islice(_excesses(message, "", ""), _MOST_TOLD))


def excessive(message: BaseModel) -> Refusal | None:
    """The excesses as a refusal, if there are any."""
    found = excesses(message) or _too_large(message)
    if not found:
        return None
    words = "; ".join(f"{place}: {problem}" for place, problem in found)
    return Refusal("Malformed", words[:1000], tuple(place for place, _ in found))


def _too_large(message: BaseModel) -> tuple[Flaw, ...]:
    """The flaw of a message that is too large as a whole, although no part of it is."""
    if isinstance(message, RecordAlertsCommand | AlertBatch) or size(message) <= MESSAGE_BYTES:
        return ()
    advice = ": put texts into a document" if isinstance(message, Command | Report) else ""
    return (("payload", f"is larger than {MESSAGE_BYTES // 1024} KiB{advice}"),)


def overfull(name: str, command: Command, incident: Incident) -> Refusal | None:
    """The refusal if the record already has this, or has no room left.

    Moving the incident on is always possible.
    """
    if _is_there(command, incident):
        return Refusal("Refused", f"{name}: the record already has exactly this")
    times = _said_again(name, command, incident)
    if times:
        return Refusal("Refused", f"{name}: the record has this {times} times already")
    moves_on = isinstance(command, TriggerCommand | RecordAlertsCommand) or name in MOVE_ON
    if moves_on and name not in LEAD_BACK:
        return None
    bound = MOST_BYTES if name in NEEDED_TO_MOVE_ON | LEAD_BACK else ENOUGH_BYTES
    if weight(incident) + size(command) <= bound:
        return None
    return Refusal(
        "Refused", f"the record is full ({bound // 1024} KiB), so {name} cannot add to it"
    )


def _is_there(command: Command, incident: Incident) -> bool:
    match command:
        case LinkCommand(relation=relation, target=target):
            return Link(relation=relation, target=target) in incident.links
        case AddLessonCommand(text=text):
            return any(lesson.text == text for lesson in incident.lessons)
        case AddActionItemCommand(text=text, owner=owner, due_at=due_at):
            items = ((item.text, item.owner, item.due_at) for item in incident.action_items)
            return (text, owner, due_at) in items
        case _:
            return False


def _said_again(name: str, command: Command, incident: Incident) -> int:
    """How often the record has the same already; 0 if that is not too often."""
    if name in SAID_AGAIN:
        same = [m for m in incident.milestones if m.name == SAID_AGAIN[name] and m.void_at is None]
        return len(same) if len(same) >= MOST_AGAIN else 0
    if not isinstance(command, PostUpdateCommand):
        return 0
    told = sum(update.text == command.text for update in incident.updates)
    much = told >= MOST_SAME_UPDATES or told * len(command.text) > MOST_OF_SAME_UPDATES
    return told if much else 0


def out_of_time(at: datetime) -> str | None:
    """What is wrong with an instant outside the supported years."""
    if FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    return f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}"


def times_beyond(value: object, place: str = "") -> Iterator[Flaw]:
    """The instants outside the supported years, anywhere in a value."""
    for name, item in _items(value):
        # To ask a model's class takes longest, so what holds nothing is passed over first.
        if not item or type(item) in _WITHOUT_PARTS:
            continue
        where = f"{place}.{name}" if place else name
        if not isinstance(item, datetime):
            yield from times_beyond(item, where)
        elif problem := out_of_time(item):
            yield where, problem


def _items(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((str(key)[:_MOST_TOLD], item) for key, item in value.items())
    elif isinstance(value, tuple | list):
        yield from ((str(number), item) for number, item in enumerate(value))
    elif isinstance(value, BaseModel):
        yield from value


def _excesses(value: object, place: str, field: str) -> Iterator[Flaw]:
    """The excesses of a value; `field` is the model field that contains it, at any depth."""
    problem = _excess(value, field)
    if problem:
        yield place or "payload", problem
        return
    if isinstance(value, CompiledPolicy):
        return  # It has a bound of its own, which is checked when it is adopted.
    for name, item in _items(value):
        yield from _excesses(
            item,
            f"{place}.{name}" if place else name,
            name if isinstance(value, BaseModel) else field,
        )


def _excess(value: object, field: str) -> str | None:
    match value:
        case datetime():
            return out_of_time(value)
        case timedelta():
            return "is longer than ten years" if abs(value) > _LONGEST else None
        case str():
            bound = TEXT_BOUNDS.get(field, NAME_BOUND)
            return f"is longer than {bound} characters" if len(value) > bound else None
        case int() | float():
            return None if abs(value) <= COUNT_BOUND else f"is more than {COUNT_BOUND}"
        case dict() | tuple():
            return _too_many(value, field)
        case _:
            return None


def _too_many(value: dict[str, object] | tuple[object, ...], field: str) -> str | None:
    bound = ENTRIES_BOUNDS.get(field, ENTRIES_BOUND)
    if len(value) > bound:
        return f"has more than {bound} entries"
    if isinstance(value, dict) and any(len(name) > NAME_BOUND for name in value):
        return f"has a name of more than {NAME_BOUND} characters"
    return None

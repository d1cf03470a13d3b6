"""What the engine does while a policy leaves something open, and what a policy may do without.

Places are patterns of paths: `*` is any name, `#` any item of a list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from policies.reading.tree import Loc


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What counts while a place says `unspecified`: as if it said nothing, or the value `put`.

    It takes `up` levels above the place with it: a clock without a beginning is no clock.
    """

    says: str
    put: Any = None
    up: int = 0


WORDS = "left open"
"""Stands for a text that its author has still to write."""

_TEXT = Meanwhile("the engine does not need it", WORDS)
_UNREAD = Meanwhile("the engine does not need it")
_NOBODY = {"people": ["nobody"], "hand_over": "monday 09:00"}
_NO_SCHEDULE = {"rotation": _NOBODY}
_FIRST_WAIT, _TO_APPROVE = "5m", "30m"
_MONDAYS = Meanwhile("it hands over on Mondays at 09:00", "monday 09:00")
LEADING = "<the role that leads>"
"""Stands for somebody who must be named: the role that leads."""

OPEN: dict[str, Meanwhile] = {
    "time_zone": Meanwhile("UTC counts"),
    "principles": _UNREAD,
    "principles.framework": _UNREAD,
    "principles.guidelines": _UNREAD,
    "calendars.*": Meanwhile("it is always open", {}),
    "calendars.*.zone": Meanwhile("the policy's time zone counts"),
    "calendars.*.days": Meanwhile("every day counts"),
    "calendars.*.hours": Meanwhile("all hours of its days count"),
    "calendars.*.opens": Meanwhile("it is always open"),
    "calendars.*.opens.#.days": Meanwhile("every day counts"),
    "calendars.*.opens.#.hours": Meanwhile("all hours of these days count"),
    "calendars.*.holidays": Meanwhile("no day is a holiday"),
    "severities.*": Meanwhile("the engine does not need it", {"means": WORDS}),
    "severities.*.means": _TEXT,
    "severities.*.major": Meanwhile("it is not major"),
    "severity_rules.default": Meanwhile("the worst severity counts"),
    "severity_rules.from": Meanwhile("no severity follows from attributes"),
    "severity_rules.from.*": Meanwhile("no severity follows from attributes", up=1),
    "severity_rules.raise": Meanwhile("anyone may"),
    "severity_rules.lower": Meanwhile("anyone may"),
    "severity_rules.frozen_after": Meanwhile("severities can always change"),
    "reporting.who": Meanwhile("anyone may report"),
    "reporting.who_at": Meanwhile("who may report does not depend on the severity"),
    "reporting.channels": Meanwhile("every way in accepts reports"),
    "reporting.required": Meanwhile("a title is enough"),
    "reporting.tools": _UNREAD,
    "reporting.tools.*": _UNREAD,
    "people.*": Meanwhile("only their name is known", {}),
    "people.*.zone": Meanwhile("their zone is UTC"),
    "people.*.page_by": Meanwhile("the channels of paging count"),
    "people.*.limit": Meanwhile("the limit of paging counts"),
    "channels.*": Meanwhile("the engine only writes its messages to the log", {"kind": "log"}),
    "channels.*.kind": Meanwhile("the engine only writes its messages to the log", "log"),
    "channels.*.fallback": Meanwhile("the engine gives up a message that fails there"),
    "channels.*.own_channel": Meanwhile("its messages go to the place of the settings"),
    "channels.*.own_channel.at_least": Meanwhile("incidents of every severity have their own"),
    "channels.*.own_channel.private": Meanwhile("everybody in the chat can join it"),
    "paging.limit": Meanwhile("the engine sends every page"),
    "steps": Meanwhile("no step is required"),
    "steps.*": Meanwhile("this state requires no step"),
    "steps.*.#.do": _TEXT,
    "steps.*.#.by": Meanwhile("it is for the person who leads", LEADING),
    "roles": Meanwhile("there is no role"),
    "roles.*": Meanwhile("nobody must hold the role", {}),
    "roles.*.duties": _UNREAD,
    "roles.*.default": Meanwhile("nobody takes the role by itself"),
    "roles.*.deputy": Meanwhile("nobody stands in"),
    "roles.*.required": Meanwhile("the role may stay vacant"),
    "roles.*.required.*": Meanwhile("the role may stay vacant at this severity"),
    "roles.*.required_in": Meanwhile("no state requires the role"),
    "roles.*.required_in.*": Meanwhile("this state does not require the role"),
    "roles.*.count": Meanwhile("one person holds the role"),
    "roles.*.qualification": Meanwhile("anybody may hold the role"),
    "roles.*.unfilled": Meanwhile("nothing happens if nobody holds the role in time"),
    "schedules.*": Meanwhile("it puts nobody on call", _NO_SCHEDULE),
    "schedules.*.layers": Meanwhile("it puts nobody on call", _NO_SCHEDULE, up=1),
    "schedules.*.ical": Meanwhile("it puts nobody on call", _NO_SCHEDULE, up=1),
    "schedules.*.ical.feed": Meanwhile("it puts nobody on call", _NO_SCHEDULE, up=2),
    "schedules.*.gaps.#.days": Meanwhile("it is not a gap", up=1),
    "schedules.*.gaps.#.during": Meanwhile("it is not a gap", up=1),
    "schedules.*.overrides.#.from": Meanwhile("nobody stands in", up=1),
    "schedules.*.overrides.#.to": Meanwhile("nobody stands in", up=1),
    "schedules.*.rotation.hours": Meanwhile("all hours of its days count"),
    "schedules.*.layers.*.hours": Meanwhile("all hours of its days count"),
    "schedules.*.rotation": Meanwhile("it puts nobody on call", _NOBODY),
    "schedules.*.rotation.people": Meanwhile("it puts nobody on call", ["nobody"]),
    "schedules.*.rotation.hand_over": _MONDAYS,
    "schedules.*.layers.*.people": Meanwhile("this layer puts nobody on call", ["nobody"]),
    "schedules.*.layers.*.hand_over": _MONDAYS,
    "schedules.*.overrides.#.who": Meanwhile("nobody is on call then", ["nobody"]),
    "escalations": Meanwhile("nobody is paged"),
    "escalations.*": Meanwhile("it pages nobody", []),
    "escalations.*.#.when": Meanwhile("this line does not count", up=1),
    "escalations.*.#.page": Meanwhile("the escalation skips this level", up=1),
    "escalations.*.#.round_robin": Meanwhile("the escalation skips this level", up=1),
    "escalations.*.#.wait": Meanwhile(
        f"silence pages the next level after {_FIRST_WAIT}", _FIRST_WAIT
    ),
    "escalations.*.#.hours": Meanwhile("the level counts at all hours"),
    "escalations.*.#.only_in": Meanwhile("the level counts at all hours"),
    "escalations.*.#.repeat": Meanwhile("the levels are not repeated", up=1),
    "escalations.*.#.on_raise": Meanwhile("a raised severity pages nobody", up=1),
    "escalations.*.#.forgotten_after": Meanwhile("no acknowledgement expires", up=1),
    "escalations.*.#.follow": Meanwhile("the levels of this escalation count", up=1),
    "escalations.*.#.severity": Meanwhile("this line does not count", up=1),
    "services.*.escalation": Meanwhile("its incidents follow the default escalation"),
    "approvals.*": Meanwhile("no approval is needed"),
    "approvals.*.by": Meanwhile("no approval is needed", up=1),
    "backdating": Meanwhile("the usual limits count"),
    "backdating.reason_after": Meanwhile("a reason is needed after 5m"),
    "backdating.approval_after": Meanwhile("an approval is needed after 4h", "4h"),
    "backdating.approved_by": Meanwhile("the person who leads approves it", LEADING),
    "backdating.approved_by.by": Meanwhile("the person who leads approves it", LEADING),
    "backdating.approved_by.within": Meanwhile(f"they have {_TO_APPROVE}", _TO_APPROVE),
    "approvals.*.within": Meanwhile(f"they have {_TO_APPROVE}", _TO_APPROVE),
    "attributes.*": Meanwhile("any value is accepted", []),
    "holds.reasons": Meanwhile("any reason is accepted"),
    "clocks.*": Meanwhile("there is no such clock"),
    "clocks.*.from": Meanwhile("the clock does not run", up=1),
    "clocks.*.to": Meanwhile("the clock does not run", up=1),
    "clocks.*.when": Meanwhile("it runs for every incident"),
    "clocks.*.at": Meanwhile("nothing happens when it is late"),
    "clocks.*.at.*": Meanwhile("nothing happens then"),
    "clocks.*.no_later_than": Meanwhile("only its own limit counts"),
    "clocks.*.no_later_than.from": Meanwhile("only the limit of the clock counts", up=1),
    "clocks.*.no_later_than.within": Meanwhile("only the limit of the clock counts", up=1),
    "clocks.*.rolls": Meanwhile("a limit on a day off stays there"),
    "clocks.*.pauses_on": Meanwhile("no hold stops it"),
    "clocks.*.outlives": Meanwhile("it ends with the incident"),
    "metrics.*": Meanwhile("there is no such figure"),
    "metrics.*.from": Meanwhile("there is no such figure", up=1),
    "metrics.*.to": Meanwhile("there is no such figure", up=1),
    "metrics.*.calendar": Meanwhile("it counts elapsed time"),
    "communication": Meanwhile("the engine tells nobody by itself"),
    "communication.lead": Meanwhile("the engine reminds nobody of a late update"),
    "communication.checked_by": _UNREAD,
    "communication.audiences.*": Meanwhile("the engine does not tell them", {"channels": []}),
    "communication.audiences.*.channels": Meanwhile("the engine does not tell them", []),
    "communication.audiences.*.on": Meanwhile("the engine tells them no event by itself"),
    "communication.audiences.*.sees": Meanwhile("they may see everything"),
    "communication.subscribers.*": Meanwhile("the engine tells it no event"),
    "communication.subscribers.*.channel": Meanwhile("the engine tells it no event", up=1),
    "communication.subscribers.*.on": Meanwhile("the engine tells it no event", up=1),
    "communication.subscribers.*.at_least": Meanwhile("every severity counts"),
    "communication.subscribers.*.when": Meanwhile("every incident counts"),
    "communication.subscribers.*.sees": Meanwhile("it may see everything"),
    "communication.updates": Meanwhile("no update is promised"),
    "communication.updates.*": Meanwhile("they are promised no update"),
    "communication.updates.*.*.in": Meanwhile("the pace is the same in every state"),
    "communication.updates.*.*.in.*": Meanwhile("the pace is the same in this state"),
    "communication.updates.*.*.after": Meanwhile("the pace stays as it is"),
    "communication.updates.*.*.after.*": Meanwhile("the pace stays as it is"),
    "communication.updates.*.*.slower": Meanwhile("nobody may choose a slower pace"),
    "communication.updates.*.*.slower.*": Meanwhile("nobody may choose a slower pace", up=1),
    "communication.late": Meanwhile("the engine reminds the lead"),
    "review": Meanwhile("no incident needs a review"),
    "review.required": Meanwhile("no incident needs a review"),
    "review.required.*": Meanwhile("no incident of this severity needs a review"),
    "review.led_by": Meanwhile("anybody may lead the review"),
    "review.followed_up_by": Meanwhile("that is up to the owners of the action items"),
    "review.lessons": Meanwhile("a review needs at least one lesson"),
    "review.action_items": Meanwhile("a review needs no action item"),
    "record.stored_in": _UNREAD,
    "record.retention": Meanwhile("the worker does not check how long Temporal keeps a history"),
}
"""What counts meanwhile, by place. Any other place counts as if it said nothing."""

ELSEWHERE = Meanwhile("it counts as not mentioned")

CELL = Meanwhile("no severity follows from it", "none")
"""What counts while a cell of a table of severities is open."""

_UNHELD = Meanwhile("it has no time limit", "unspecified")
_UNTOLD = Meanwhile("no update is promised", "unspecified")
TARGETS = {
    "clocks.*.within": _UNHELD,
    "clocks.*.within.*": _UNHELD,
    "communication.updates.*.*": _UNTOLD,
    "communication.updates.*.*.every": _UNTOLD,
}
"""Places where the models know `unspecified` and `none` as values."""

NONE_IS_A_VALUE = (*TARGETS, "escalations.*.#.follow")
"""Places where `none` is a value, which may also have a reason."""

OWN_WORDS = (
    "policy",
    "version",
    "effective_from",
    "attributes.*.#",
    "alerts.ignore.#.*",
    "handover.required.#",
)
"""Places where `unspecified` is a word like any other, or that the engine needs."""

WITHOUT = (
    "owner",
    "approver",
    "next_review",
    "principles",
    "principles.framework",
    "principles.guidelines",
    "calendars.*.holidays",
    "calendars.*.worked",
    "severity_rules.from",
    "severity_rules.caps",
    "severity_rules.at_least",
    "severity_rules.frozen_after",
    "reporting.tools",
    "reporting.tools.*",
    "people.*.email",
    "people.*.teams",
    "people.*.skills",
    "channels",
    "channels.*.fallback",
    "paging.limit",
    "steps",
    "steps.*",
    "roles",
    "roles.*.duties",
    "roles.*.default",
    "roles.*.deputy",
    "roles.*.required",
    "roles.*.required.*",
    "roles.*.required_in",
    "roles.*.required_in.*",
    "roles.*.unfilled",
    "roles.*.qualification",
    "roles.*.not_also",
    "roles.*.discouraged_with",
    "roles.*.at_once",
    "schedules",
    "schedules.*.longest",
    "schedules.*.rest",
    "escalations",
    "services",
    "services.*.team",
    "services.*.owner",
    "approvals",
    "approvals.*",
    "handover",
    "handover.required",
    "handover.accept_within",
    "handover.remind_after",
    "milestones",
    "dates",
    "flags",
    "attributes",
    "clocks",
    "clocks.*.at",
    "clocks.*.at.*",
    "clocks.*.no_later_than",
    "clocks.*.rolls",
    "clocks.*.pauses_on",
    "metrics",
    "communication",
    "communication.lead",
    "communication.checked_by",
    "communication.audiences",
    "communication.audiences.*.on",
    "communication.subscribers",
    "communication.updates",
    "communication.updates.*",
    "communication.updates.*.*.in",
    "communication.updates.*.*.after",
    "communication.updates.*.*.slower",
    "review",
    "review.required",
    "review.required.*",
    "review.led_by",
    "review.followed_up_by",
    "review.with",
    "review.aspects",
    "review.documents",
    "alerts.ignore",
    "record",
    "record.stored_in",
)
"""Places that a policy may do without on purpose: if it says nothing there, nothing is done."""


def matches(loc: Loc, pattern: str) -> bool:
    """Whether a path matches a pattern."""
    parts = pattern.split(".")
    return len(parts) == len(loc) and all(
        part == "#" if isinstance(at, int) else part in {"*", at}
        for part, at in zip(parts, loc, strict=True)
    )


def is_cell(loc: Loc) -> bool:
    """Whether a path is that of a cell of a table, or of a severity for the value of an axis."""
    if loc[:2] != ("severity_rules", "from"):
        return False
    items = loc[-2:]
    in_matrix = "matrix" in loc and all(isinstance(part, int) for part in items)
    named = isinstance(loc[-1], str) and not {"values", "from", "matrix"} & {*loc[2:]}
    beneath = loc[2:]
    if beneath[:1] == ("highest_of",):
        beneath = beneath[2:]
    return in_matrix or (named and len(beneath) == 2)  # noqa: PLR2004 - an axis, and its value


def open_at(loc: Loc) -> Meanwhile | None:
    """What counts while a place is open; None if nothing special is known about it."""
    if is_cell(loc):
        return CELL
    return next((found for at, found in (OPEN | TARGETS).items() if matches(loc, at)), None)


def any_of(loc: Loc, patterns: Iterable[str]) -> bool:
    """Whether a path matches one of some patterns."""
    return any(matches(loc, pattern) for pattern in patterns)

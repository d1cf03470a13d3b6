"""A scenario as its author writes it: what happens to incidents when, and what must follow.

Offsets count from `starts`; instants are absolute. The models of reports and commands
(`models.incident`, `models.command`) define their fields; this one keeps them as written.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from models.base import FIRST_YEAR, LAST_YEAR, Frozen, Instant
from models.policy.values.durations import Duration, parse_duration
from models.policy.values.words import Name, Names, Text, suggestion, wrong_value
from models.proof import Proof
from models.time.clock import ClockStatus, Stage

_HOW = "write an offset such as 0m, 3h50m, 2d or -10m, or an instant such as 2026-03-27T16:50:00Z"
_INSTANT = "write an instant with its zone, such as 2026-03-27T16:50:00Z"
_YEAR = 4


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise wrong_value(f"{text!r} is not an instant", _INSTANT) from None
    if at.tzinfo is None:
        raise wrong_value(f"{text!r} has no time zone", _INSTANT)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        years = f"an instant of the years {FIRST_YEAR} to {LAST_YEAR}"
        raise wrong_value(f"{text!r} is too far away", f"write {years}")
    return at.astimezone(UTC)


def parse_moment(given: object) -> timedelta | datetime:
    """An offset from the start, or an instant in UTC.

    Raises a ValueError that says what to write.
    """
    if isinstance(given, (timedelta, datetime)):
        return given
    text = str(given).strip() if isinstance(given, (str, int)) else ""
    if not text or isinstance(given, bool):
        raise wrong_value("this is not a moment", _HOW)
    if text[:_YEAR].isdecimal() and text[_YEAR : _YEAR + 1] == "-":
        return _instant(text)
    if text == "0":
        return timedelta()
    unsigned = text[1:].lstrip() if text[0] in "+-" else text
    try:
        offset = parse_duration(unsigned)
    except ValueError:
        raise wrong_value(f"{text!r} is not a moment", _HOW) from None
    return -offset if text.startswith("-") else offset


def _absolute(given: object) -> datetime:
    moment = parse_moment(given)
    if isinstance(moment, timedelta):
        raise wrong_value("a scenario starts at an instant, not at an offset", _INSTANT)
    return moment


Moment = Annotated[timedelta | Instant, BeforeValidator(parse_moment)]
"""An offset from the start of the scenario, or an instant in UTC."""


def instant_of(moment: timedelta | datetime, starts: datetime) -> datetime:
    """The instant of a moment in a scenario that starts at `starts`."""
    return starts + moment if isinstance(moment, timedelta) else moment


ON_CALL = "on_call"
"""The event that puts somebody on call, also where it is refused."""
_HAPPENS = ("alert", "report", "do", ON_CALL, "down", "refuses", "up")


class TakenShift(Frozen):
    """Somebody is on call instead: an override of a schedule, from a moment `until` another.

    Without `begins` (`from`) it begins with the event. With `covers`, it takes the shifts of that
    person only.
    """

    schedule: Text
    person: Text
    covers: Text | None = None
    begins: Moment | None = Field(default=None, alias="from")
    until: Moment
    reason: Text = "in the scenario"


class ScenarioEvent(Frozen):
    """Something that happens: an alert arrives, somebody reports, gives a command, takes a shift.

    `alert` names a file with alerts in a format that the web server takes. `report` holds fields of
    a report, `fields` those of the command `do`. `incident` says which incident is meant, if there
    are several. `via` says by which way in it came, `proof` how that established who it was. The
    channels that `down` names do not answer, `refuses` those that refuse every message for good,
    and `up` those that work again.
    """

    at: Moment
    incident: Name | None = None
    by: Text | None = None
    via: Text | None = None
    proof: Proof | None = None
    alert: Text | None = None
    report: dict[str, Any] | None = None
    do: Text | None = None
    on_call: TakenShift | None = None
    down: Names = ()
    refuses: Names = ()
    up: Names = ()
    fields: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, given: Any) -> Any:
        """The fields of a command: its keys beside those of every event."""
        if not isinstance(given, dict) or given.get("do") is None:
            return given
        own = {key: value for key, value in given.items() if key in EVENT_KEYS}
        return {**own, "fields": {k: v for k, v in given.items() if k not in EVENT_KEYS}}

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        said = [name for name in _HAPPENS if getattr(self, name) not in (None, ())]
        if len(said) != 1:
            what = f"{said[0]} and {said[1]} are two events" if said else "nothing happens here"
            raise wrong_value(
                what, "write one of alert: FILE, report: {...}, or by: WHO, do: COMMAND"
            )
        if self.fields and self.do is None:
            raise wrong_value("there is no key 'fields' here", "remove it")
        if self.do and not self.by:
            raise wrong_value("nobody does this", "add by: WHO")
        if self.by and self.report is None and self.do is None and self.on_call is None:
            raise wrong_value(f"nobody does this: {said[0]}", "remove by")
        return self


EVENT_KEYS = tuple(name for name in ScenarioEvent.model_fields if name != "fields")
"""The keys that every event may have."""

MESSAGES = ("page", "tell", "remind", "event")
"""The kinds of messages: a page asks to act, a notification informs, a reminder is of owed work.

An event goes to a subscriber.
"""

STATUSES = tuple(word.value for word in (*ClockStatus, *Stage))


def _status(given: str) -> str:
    if given not in STATUSES:
        raise wrong_value(f"{given!r} is no status of a clock", suggestion(given, STATUSES))
    return given


Status = Annotated[str, AfterValidator(_status)]
"""How a clock stands against its target, or at which stage of its life it is."""

_ABOUT_MESSAGES = frozenset({*MESSAGES, "at", "within", "because", "by"})
_KINDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(MESSAGES, _ABOUT_MESSAGES),
    "any": frozenset({"any"}),
    "clock": frozenset(
        {"clock", "at", "run", "runs", "status", "elapsed", "late_by", "target", "breach_at"}
    ),
    "metric": frozenset({"metric", "at", "elapsed"}),
    "state": frozenset({"state", "at"}),
    "severity": frozenset({"severity", "at"}),
    "role": frozenset({"role", "held_by", "at"}),
    "refused": frozenset({"refused", "at", "by", "because"}),
}
"""What each kind of expectation may say beside `incident`."""


class Expectation(Frozen):
    """Something that must follow.

    `page`, `tell`, `remind` and `event` name who hears at an instant or `within` two. Once the
    scenario expects one of them, every other message is unexpected, except the kinds that `any`
    names. `clock`, `metric`, `state`, `severity` and `role` are read when the scenario ends, or at
    `at`. `because` are words that must occur in the reason; `by` is the channel of a message, or
    who was refused.
    """

    incident: Name | None = None
    at: Moment | None = None
    within: tuple[Moment, Moment] | None = None
    page: Names = ()
    tell: Names = ()
    remind: Names = ()
    event: Names = ()
    any: Names = ()
    because: Text | None = None
    clock: Text | None = None
    run: int | None = Field(default=None, ge=1)
    runs: int | None = Field(default=None, ge=0)
    status: Status | None = None
    elapsed: Duration | None = None
    late_by: Duration | None = None
    target: Duration | None = None
    breach_at: Moment | None = None
    metric: Text | None = None
    state: Text | None = None
    severity: Text | None = None
    role: Text | None = None
    held_by: Text | None = None
    refused: Text | None = None
    by: Text | None = None

    @property
    def kind(self) -> str:
        """The kind of this expectation: the key that it has."""
        return next(kind for kind in _KINDS if getattr(self, kind) not in {None, ()})

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [kind for kind in _KINDS if getattr(self, kind) not in {None, ()}]
        if len(kinds) != 1:
            what = f"{' and '.join(kinds[:2])} are two" if kinds else "nothing is expected here"
            raise wrong_value(what, f"write one of {', '.join(_KINDS)}")
        given = {name for name in self.model_fields_set if name != "incident"}
        foreign = sorted(given - _KINDS[kinds[0]])
        if foreign:
            takes = ", ".join(sorted(_KINDS[kinds[0]] - {kinds[0]})) or "nothing else"
            raise wrong_value(f"{foreign[0]} says nothing of a {kinds[0]}", f"it takes: {takes}")
        return self._sound(kinds[0])

    def _sound(self, kind: str) -> Self:
        if kind in MESSAGES and (self.at is None) == (self.within is None):
            raise wrong_value(
                "the time of this message is missing, or there twice",
                "write either at: 5m, or within: [5m, 5m10s]",
            )
        if kind == "any" and set(self.any) - set(MESSAGES):
            raise wrong_value(
                "this is not a kind of message", f"write any of {', '.join(MESSAGES)}"
            )
        if kind == "clock" and self.model_fields_set <= {"clock", "run", "at", "incident"}:
            raise wrong_value(
                "nothing is expected of this clock", "add status, elapsed, late_by, ..."
            )
        if kind == "metric" and self.elapsed is None:
            raise wrong_value("how much is expected of this figure?", "add elapsed: 2h")
        if kind == "role" and not self.held_by:
            raise wrong_value("who is expected to hold this role?", "add held_by: WHO")
        return self


class Scenario(Frozen):
    """A whole scenario. `until` ends it; without it, it ends when nothing runs any more."""

    scenario: Text
    about: Text | None = None
    policy: Text | None = None
    starts: Annotated[Instant, BeforeValidator(_absolute)]
    until: Moment | None = None
    events: tuple[ScenarioEvent, ...]
    expect: tuple[Expectation, ...] = ()

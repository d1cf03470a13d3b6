"""What the page of an incident shows, made from its view at one instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from models.answers.view import IncidentView
from models.base import Actor
from models.compiled import CompiledPolicy
from models.incident.record import TimelineEntry
from models.proof import Proof
from models.time.clock import ClockReading, ClockStatus, Stage
from rules.wording.clocks import by_calendar, clock_words
from rules.wording.times import Told, span
from rules.wording.waiting_events import waiting_events
from web.pages.fields import Choice
from web.pages.incident.choices import steps_left
from web.pages.summary import SeenIncident, seen_by

LINES = 40
"""Lines of the timeline on one page."""
MOST_UPDATES = 20
STYLES = {
    ClockStatus.ON_TRACK: "good",
    ClockStatus.AT_RISK: "warn",
    ClockStatus.BREACHED: "alarm",
    ClockStatus.LATE: "alarm",
    ClockStatus.INDETERMINATE: "warn",
    ClockStatus.MET: "good",
    ClockStatus.MET_AFTER_CORRECTION: "warn",
    ClockStatus.MET_UNDER_LATER_POLICY: "warn",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A run of a clock: in words, and as a picture of `share` percent of its limit."""

    name: str
    status: str
    style: str
    words: str
    share: float
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline."""

    seq: int
    at: datetime
    when: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the timeline, newest first; `older` leads to the next one."""

    lines: tuple[Line, ...]
    newest: bool
    older: int | None
    away: str


@dataclass(frozen=True, slots=True)
class Update:
    """A status update."""

    when: str
    who: str
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class DoneStep:
    """A step that was done."""

    step: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything on the page except the forms."""

    head: SeenIncident
    now: str
    on_hold: str
    policy: str
    bars: tuple[Bar, ...]
    breaches: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    waiting: tuple[str, ...]
    doubts: tuple[str, ...]
    updates: tuple[Update, ...]
    steps: tuple[Choice, ...]
    steps_done: tuple[DoneStep, ...]
    lines: Lines


def shown(
    view: IncidentView, policy: CompiledPolicy | None, told: Told, person: str, before: int | None
) -> Shown:
    """The page at the instant of its view; `before` is where its page of the timeline ends."""
    incident = view.incident
    hold = incident.hold
    return Shown(
        head=seen_by(person, view, told),
        now=told(view.now),
        on_hold=f"{hold.reason}, since {told(hold.from_at)}" if hold else "",
        policy=f"{view.policy_name} {view.policy_version}",
        bars=tuple(_bar(reading) for reading in view.readings),
        breaches=tuple(
            dict.fromkeys(each.clock for each in view.breaches if each.corrected is None)
        ),
        roles=tuple((held.role, held.person) for held in incident.roles),
        waiting=tuple(_waiting(view, told)),
        doubts=tuple(str(doubt) for doubt in view.doubts),
        updates=tuple(
            Update(told(said.at), _who(said.actor), ", ".join(said.audiences), said.text)
            for said in reversed(incident.updates[-MOST_UPDATES:])
        ),
        steps=steps_left(incident, policy) if policy else (),
        steps_done=tuple(
            DoneStep(done.step, done.actor.name, told(done.at)) for done in incident.steps
        ),
        lines=_lines(view, told, before),
    )


def _bar(reading: ClockReading) -> Bar:
    cancelled = reading.stage is Stage.CANCELLED and reading.status is not ClockStatus.BREACHED
    target = reading.target.total_seconds()
    share = 100 * reading.elapsed.total_seconds() / target if target > 0 else 100.0
    return Bar(
        name=reading.clock + (f" ({reading.run})" if reading.run > 1 else ""),
        status="cancelled" if cancelled else reading.status.value.replace("_", " "),
        style="quiet" if cancelled else STYLES[reading.status],
        words=_clock_words(reading),
        share=round(min(100.0, max(0.0, share)), 1),
        at=reading.breach_at,
    )


def _clock_words(reading: ClockReading) -> str:
    so_far = f"{span(reading.elapsed)} of {by_calendar(reading.target, reading)}"
    return ", ".join(words for words in (so_far, clock_words(reading)) if words)


def _who(actor: Actor) -> str:
    """Who, by which way in, and how that is known."""
    known = "" if actor.proof is Proof.CLAIMED else f", {actor.proof.value}"
    return f"{actor.name} ({actor.via}{known})"


def _waiting(view: IncidentView, told: Told) -> Iterator[str]:
    incident = view.incident
    for offer in incident.handovers:
        yield f"{offer.giver} hands {offer.role} over to {offer.taker}, not accepted yet"
    for request in incident.requests:
        if request.state == incident.state:
            yield f"{request.requester.name} asks for approval to {request.says}"
    for used in incident.overrides:
        yield f"overridden: {used.command} by {used.actor.name}: {used.reason}"
    for owed in view.undelivered:
        if owed.message.event is None:
            yield f"not delivered yet: {owed.message.kind} to {owed.message.recipient}"
    for events in waiting_events(view, told):
        yield f"not delivered yet: {events}"


def _lines(view: IncidentView, told: Told, before: int | None) -> Lines:
    timeline = view.incident.timeline
    asked = [entry for entry in timeline if before is None or entry.seq < before]
    lines = tuple(_line(entry, told) for entry in reversed(asked[-LINES:]))
    more = len(asked) > len(lines)
    first = timeline[0].seq if timeline else 0
    away = "" if more or first <= 1 else f"Older lines (before {first}) are in the archive."
    return Lines(lines, before is None, lines[-1].seq if more and lines else None, away)


def _line(entry: TimelineEntry, told: Told) -> Line:
    at, late = entry.happened_at, entry.recorded_at - entry.happened_at
    later = f" (recorded {span(late)} later)" if late.total_seconds() >= 1 else ""
    return Line(entry.seq, at, told(at), _who(entry.actor), f"{entry.summary}{later}")

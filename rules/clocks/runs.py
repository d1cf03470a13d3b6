"""The runs of a clock: when each started, stopped or was cancelled, by the record.

A run ends by an event after its start. If that event is later undone (a stop, an end, a state that
made the stop impossible), the run goes on or a new one begins, and the time between does not count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.compiled import CompiledPolicy
from models.incident.record import Incident, Milestone
from models.time.clock import ClockSpec, OnRepeat
from models.time.moments import parse_moment
from rules.clocks.clock_run import ClockRun
from rules.clocks.conditions import true_until
from rules.clocks.history import stops_of, true_at
from rules.clocks.run_events import ClockEvent, EventKind, always_follows, events_of
from states.lifecycle import LIFECYCLE_MILESTONES


@dataclass(slots=True)
class _RunsSoFar:
    """The runs of a clock while its events are read in order.

    `ended_by` is the event that ended the last run, as long as it can be undone. `early` says that
    a stop waits for its start: the lifecycle puts the stop after the start, so its date is wrong.
    """

    spec: ClockSpec
    stops: Sequence[Milestone]
    runs: list[ClockRun] = field(default_factory=list)
    ended_by: EventKind | None = None
    early: bool = False
    anew: bool = False
    over: int = 0
    out: bool = False
    holds: bool = True

    @property
    def _last(self) -> ClockRun | None:
        return self.runs[-1] if self.runs else None

    @property
    def _running(self) -> ClockRun | None:
        return self._last if self._last and self._last.ended_at is None else None

    @property
    def _new(self) -> bool:
        return self.spec.on_repeat is OnRepeat.NEW

    def happens(self, event: ClockEvent) -> None:
        """Apply one event; events come in order."""
        match event.kind:
            case EventKind.START:
                self._starts(event)
            case EventKind.START_UNDONE:
                self._start_undone(event)
            case EventKind.STOP:
                self._stops(event.at)
            case EventKind.STOP_UNDONE:
                self._stop_undone(event)
            case EventKind.OVER | EventKind.OVER_UNDONE:
                self._over(event)
            case EventKind.OUT_OF_REACH | EventKind.BACK_IN_REACH:
                self._reach(event)
            case EventKind.HOLDS | EventKind.CEASES:
                self._condition(event)
            case EventKind.RESTART if self._running:
                self._cancel(event.at, None)
                self._begin(event.at)
            case _:
                pass

    def _begin(self, at: datetime) -> None:
        self.runs.append(ClockRun(len(self.runs) + 1, at))
        self.ended_by, self.anew = None, False
        if self.early:
            self.runs[-1] = replace(self.runs[-1], stopped_at=at)
            self.ended_by, self.early = EventKind.STOP, False
        elif self.out:
            self._cancel(at, EventKind.OUT_OF_REACH)

    def _cancel(self, at: datetime, by: EventKind | None) -> None:
        if self._running:
            self.runs[-1] = replace(self._running, cancelled_at=max(at, self._running.started_at))
            self.ended_by = by

    def _starts(self, event: ClockEvent) -> None:
        if self.over:
            return
        if self._running and event.passes and self._new:
            self._cancel(event.at, None)
        if not self._running and (self._last is None or self._new or self.anew):
            self._begin(event.at)

    def _start_undone(self, event: ClockEvent) -> None:
        """The start is no longer true. If the end of the incident is undone, nothing runs."""
        if event.final or self._new:
            self._cancel(event.at, None)
            self.ended_by = None
        self.anew = self.anew or event.final

    def _stops(self, at: datetime) -> None:
        if self._running:
            self.runs[-1] = replace(self._running, stopped_at=at)
            self.ended_by = EventKind.STOP
            if self.spec.recurs:
                self._begin(at)
        elif self._last is None:
            self.early = not self.spec.recurs and always_follows(self.spec.stops, self.spec.starts)
        elif self.ended_by is EventKind.OUT_OF_REACH and self._by_lifecycle():
            # The stop came, so it was possible: the dates of the states are out of order.
            self.runs[-1] = replace(self._last, cancelled_at=None, stopped_at=at)
            self.ended_by = EventKind.STOP
        elif self.ended_by is EventKind.CEASES and not self.spec.recurs:
            self.ended_by = None

    def _by_lifecycle(self) -> bool:
        return set(parse_moment(self.spec.stops).of) <= set(LIFECYCLE_MILESTONES)

    def _stop_undone(self, event: ClockEvent) -> None:
        self.early = False
        last = self._last
        if last is None or self.ended_by is not EventKind.STOP:
            return
        others = (m for m in self.stops if last.started_at <= m.at and true_at(m, event.at))
        if last.stopped_at == max(event.of, last.started_at) and not any(others):
            self._go_on(event.at)

    def _go_on(self, at: datetime) -> None:
        """The end of the last run is undone: it goes on unless something else ends it."""
        last = self._last
        if last is None or last.ended_at is None:
            return
        against = self._against()
        if against is not None:
            self.ended_by = against
        elif self._new:
            self._begin(at)
        else:
            gap = (last.ended_at, at)
            self.runs[-1] = replace(
                last, gaps=(*last.gaps, gap), stopped_at=None, cancelled_at=None
            )
            self.ended_by = None

    def _against(self) -> EventKind | None:
        if self.over:
            return EventKind.OVER
        if self.out:
            return EventKind.OUT_OF_REACH
        return None if self.holds else EventKind.CEASES

    def _over(self, event: ClockEvent) -> None:
        if event.kind is EventKind.OVER:
            self.over += 1
            self._cancel(event.at, EventKind.OVER)
            return
        self.over -= 1
        if not self.over and self.ended_by is EventKind.OVER:
            self._go_on(event.at)

    def _reach(self, event: ClockEvent) -> None:
        self.out = event.kind is EventKind.OUT_OF_REACH
        if self.out:
            self._cancel(event.at, EventKind.OUT_OF_REACH)
        elif self.ended_by is EventKind.OUT_OF_REACH:
            self._go_on(event.at)

    def _condition(self, event: ClockEvent) -> None:
        """Start or end a run as the condition changes.

        When the condition holds again, a new run begins if the clock recurs; else the old one goes
        on.
        """
        self.holds = event.kind is EventKind.HOLDS
        last = self._last
        if not self.holds:
            self._cancel(event.at, EventKind.CEASES)
        elif last and self.ended_by is EventKind.CEASES:
            self.ended_by = self._against() or EventKind.CEASES
            if self.ended_by is not EventKind.CEASES:
                return
            if self.spec.recurs:
                self._begin(event.at)
            else:
                self.runs[-1] = replace(last, cancelled_at=None, stopped_at=None)
                self.ended_by = None


def _runs_under_conditions(
    spec: ClockSpec, runs: Sequence[ClockRun], incident: Incident
) -> Iterator[ClockRun]:
    """The runs during which the clock's conditions held at some time."""
    for run in runs:
        if true_until(spec.when, incident, run.started_at, run.ended_at) is not False:
            yield run


def runs_of(spec: ClockSpec, incident: Incident, policy: CompiledPolicy) -> tuple[ClockRun, ...]:
    """The runs of a clock, oldest first."""
    course = _RunsSoFar(spec, stops_of(spec.stops, incident))
    for event in events_of(spec, incident, policy):
        course.happens(event)
    return tuple(_runs_under_conditions(spec, course.runs, incident))

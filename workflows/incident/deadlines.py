"""Enforces what comes due: thresholds of clocks and the cadence of updates."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from temporalio.exceptions import FailureError

from models.contracts.deadlines import ENFORCE_DEADLINE, ClockFacts, EnforceDeadline, Enforcement
from models.incident.timeline import EntryKind
from models.time.clock import Action, DueThreshold
from rules.clocks.clocks import read_clocks
from rules.deadlines.due import due_thresholds, next_point, same_threshold
from rules.deadlines.pending import is_pending, when_nobody_answered
from rules.deadlines.standing_thresholds import (
    as_fired,
    facts_for_enforcement,
    fired_words,
    without_story,
)
from rules.deadlines.threshold_actions import command_of, effects_of, opens_no_further
from rules.paging.urgency import WorkKind
from rules.record.decision import Effect, PageNextLevel, Refusal
from rules.record.timeline import with_fired
from workflows.activity_calls import perform
from workflows.incident.component import Component, Due
from workflows.incident.desk import Desk
from workflows.incident.switch import Switch


class Deadlines(Component):
    """Owns the enforcement under way; each threshold fires once, in order, however late."""

    def __init__(self, desk: Desk, switch: Switch) -> None:
        self._desk = desk
        self._switch = switch
        self._busy = False
        self._failed = False

    @property
    def under_way(self) -> bool:
        """Whether an enforcement is under way."""
        return self._busy

    def due(self, now: datetime) -> bool:
        """Whether something is due or being enforced; False if an enforcement just failed."""
        if self._failed:
            return False
        return self._busy or bool(due_thresholds(self._desk.policy, self._desk.incident, now))

    def next_due(self) -> Due | None:
        """What comes due first, and when."""
        if self._busy:
            return None
        point = next_point(self._desk.policy, self._desk.incident, self._desk.now())
        return (point.due_at, f"{point.clock} {point.threshold}") if point else None

    @property
    def settled(self) -> bool:
        """Whether no clock runs that outlives the incident."""
        desk = self._desk
        readings = read_clocks(desk.policy, desk.incident, desk.now())
        return all(reading.stopped_at for reading in readings)

    def carried(self) -> Mapping[str, object]:
        """Nothing: the record holds what fired, and what is due follows from it."""
        return {}

    def launch(self, now: datetime) -> None:
        """Enforce everything that is due, together."""
        if self._busy:
            return
        due = due_thresholds(self._desk.policy, self._desk.incident, now)
        if due:
            self._busy = True
            self._desk.launch(self._enforce(due, now))

    async def _enforce(self, due: tuple[DueThreshold, ...], now: datetime) -> None:
        desk = self._desk
        names = ", ".join(f"{point.clock} {point.threshold}" for point in due)
        request = EnforceDeadline(
            incident_id=desk.incident.id,
            now=now,
            due=due,
            facts=ClockFacts(
                policy=facts_for_enforcement(desk.policy, due),
                incident=without_story(desk.incident),
            ),
        )
        try:
            answer = await perform(
                ENFORCE_DEADLINE,
                request,
                Enforcement,
                summary=f"enforce {names}",
                priority=desk.priority(WorkKind.LATER_PAGE),
            )
        except FailureError:
            self._failed = True
            return
        finally:
            self._busy = False
        self._failed = False
        for point in answer.standing:
            self._fire(point)

    def _fire(self, point: DueThreshold) -> None:
        """Fire one threshold if it still applies; the record may have changed meanwhile."""
        desk = self._desk
        now = desk.now()
        due = due_thresholds(desk.policy, desk.incident, now)
        still = next((other for other in due if same_threshold(point, other)), None)
        if still is None:
            return
        # A worker that did not know starts of runs may have answered: then the number counts.
        point = still if point.started_at else point
        if is_pending(point):
            self._waited(point, now)
            return
        fired = as_fired(point, desk.policy, desk.incident, now)
        desk.replace(with_fired(desk.incident, fired))
        kind, words = fired_words(point, desk.policy, desk.incident, now)
        desk.note(
            kind,
            words,
            clock=point.clock,
            run=point.run,
            threshold=point.threshold,
            due_at=point.due_at.isoformat(),
            late_by_seconds=round((now - point.due_at).total_seconds(), 3),
            actions=[str(action) for action in point.actions],
        )
        for action in point.actions:
            self._act(point, action, words)

    def _waited(self, point: DueThreshold, now: datetime) -> None:
        """Carry out what follows if no answer came in time, and put it on record."""
        desk = self._desk
        decision = when_nobody_answered(point, desk.incident, desk.policy, now)
        if decision:
            desk.replace(decision.incident)
            self._switch.carry_out(decision.effects)

    def _act(self, point: DueThreshold, action: Action, reason: str) -> None:
        command = command_of(action, point, self._desk.policy, self._desk.incident, reason)
        if command:
            name, payload = command
            answer = self._switch.apply(name, payload)
            if isinstance(answer, Refusal):
                self._desk.note(EntryKind.ACTION_REFUSED, f"{action}: {answer.message}")
        else:
            why_not = opens_no_further(action, point, self._desk.incident)
            if why_not:
                self._desk.note(EntryKind.ACTION_REFUSED, f"{action}: {why_not}")
                return
            effects = effects_of(action, self._desk.policy, reason, point.clock)
            self._switch.carry_out(tuple(_dated(effect, point.due_at) for effect in effects))


def _dated(effect: Effect, due_at: datetime) -> Effect:
    """Date a level that a clock asks for at its limit, however late the limit is enforced.

    It waits like any other.
    """
    if not isinstance(effect, PageNextLevel):
        return effect
    return replace(effect, waits=True, at=due_at)

"""Plays a scenario on an engine: each event at its instant, with time passing in between."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

from temporalio.client import Client

from connectors.feeds.settings import FeedSettings
from incidents.commands import Order
from incidents.kept.policies import in_force_path, policy_path
from incidents.kept.timelines import with_whole_timeline
from models.answers.view import IncidentView
from models.command import AdoptPolicyCommand
from models.incident.record import Report
from models.scenario import ON_CALL, Scenario, ScenarioEvent, instant_of
from models.time.clock import ClockStatus, Stage
from policies.catalogue import PolicyBroken, policy_in_force
from rehearsal.engine.policy import RehearsedPolicy
from rehearsal.engine.refusals import NotTaken
from rehearsal.engine.rehearsed_engine import NO_FEEDS, RehearsedEngine
from rehearsal.results.played import LookAtIncidents, Played, PlayedIncident, RefusedAttempt
from rehearsal.results.reading import played_incident, standing_of
from rehearsal.scenarios.load import DEFAULT_NAME, LoadedScenario
from rehearsal.scenarios.payloads import payload_file
from rehearsal.scenarios.wording import ADOPTED, payload_of, report_of, spec_of, taker_of

LEAD = timedelta(seconds=2)
"""This long before people act, we check whether something comes due when they do."""
EARLY = timedelta(seconds=20)
"""We check so long before, if nothing else comes due in between: clocks run while a busy machine
checks, and people are in time only if the instant has not passed by then."""
LAG = timedelta(seconds=0.4)
"""Timers ring a little late; after this time, what came due by an instant has happened.

The state at an instant is read then, so a limit that passes at the instant is breached, as the
timeline says. Rounded to seconds, it is still the instant."""
OTHER_INCIDENT = frozenset({"target", "duplicate_of"})
"""Fields that name another incident; they accept its name in the scenario."""
SAME_INSTANT = timedelta(seconds=1)
NEAR = timedelta(seconds=5)
"""People are in time for what comes due so soon after they act: what they did took effect late if
the machine is busy, and so what follows from it comes due late."""
AFTERWARDS = timedelta(seconds=5)
"""This long after the last limit, its effects have happened."""
LONGEST = timedelta(days=35)
"""Without `until`, a rehearsal ends this long after the last event, even if something runs."""


class NoScenario(Exception):  # noqa: N818 - says what is
    """The scenario file has problems; the loaded scenario lists them."""


async def play(
    client: Client,
    loaded: LoadedScenario,
    policy: RehearsedPolicy,
    folder: Path,
    feeds: Mapping[str, FeedSettings] = NO_FEEDS,
    *,
    reached: Callable[[datetime], None] | None = None,
) -> Played:
    """Play a scenario under a policy on a server that can skip time.

    Documents that incidents write go to `folder`; `feeds` are read for schedules that follow one. A
    long rehearsal calls `reached` now and then with the instant that it has reached. Raises
    NoScenario if the scenario could not be loaded, and Stuck if the engine fails.
    """
    scenario = loaded.scenario
    if scenario is None:
        raise NoScenario(str(loaded.file))
    async with RehearsedEngine(client, policy, folder, feeds) as engine:
        engine.time.reached = reached or engine.time.reached
        return await _Play(loaded, scenario, policy, engine).played()


@dataclass(slots=True)
class _Play:
    loaded: LoadedScenario
    scenario: Scenario
    policy: RehearsedPolicy
    engine: RehearsedEngine
    refused: list[RefusedAttempt] = field(default_factory=list)
    looks: list[LookAtIncidents] = field(default_factory=list)

    async def played(self) -> Played:
        """Play it all."""
        at = self.scenario.starts
        for at, events, looked in self._schedule():
            await self._happen(at, events)
            if looked:
                await self.engine.advance(at + LAG)
                self.looks.append(await self._look(at))
        ended_at, why = await self._finish(at)
        incidents = [await self._incident(name, ended_at) for name in self.engine.incidents]
        return Played(
            scenario=self.scenario.scenario,
            policy=self.policy.named(self.scenario.starts),
            starts=self.scenario.starts,
            ended_at=ended_at,
            ended_because=why,
            incidents=tuple(incidents),
            refused=tuple(self._named(refused) for refused in self.refused),
            looks=tuple(self.looks),
            slack=self.engine.slack,
        )

    def _instant(self, moment: timedelta | datetime) -> datetime:
        return instant_of(moment, self.scenario.starts)

    def _schedule(self) -> list[tuple[datetime, list[ScenarioEvent], bool]]:
        """The instants at which something happens or is checked, in order."""
        happening: dict[datetime, list[ScenarioEvent]] = {}
        for event in self.scenario.events:
            happening.setdefault(self._instant(event.at), []).append(event)
        looked = {
            self._instant(expected.at)
            for expected in self.scenario.expect
            if expected.at is not None
            and expected.kind in {"clock", "metric", "state", "severity", "role"}
        }
        every = sorted({*happening, *looked})
        return [(at, happening.get(at, []), at in looked) for at in every]

    async def _happen(self, at: datetime, events: list[ScenarioEvent]) -> None:
        """Play the events of one instant in the order in which they are written."""
        if not events:
            return
        if not await self.engine.idle_until(at + NEAR):
            await self.engine.advance(at - EARLY)
            if not await self.engine.idle_until(at - SAME_INSTANT):
                await self.engine.advance(at - LEAD)
            commands = list(takewhile(lambda event: event.do is not None, events))
            if commands and await self._tied(at):
                await self._in_time(commands, at)
                events = events[len(commands) :]
        await self.engine.advance(at + LAG)
        for event in events:
            try:
                await self._one(event, at)
            except NotTaken as refusal:
                self._note(event, at, refusal)

    async def _in_time(self, commands: list[ScenarioEvent], at: datetime) -> None:
        """Give commands at the instant at which something comes due."""
        given: list[tuple[ScenarioEvent, Order]] = []
        for event in commands:
            try:
                given.append((event, await self._order(event, at)))
            except NotTaken as refusal:
                self._note(event, at, refusal)
        answers = await self.engine.in_time([order for _, order in given], at)
        for (event, _), answer in zip(given, answers, strict=True):
            if answer:
                self._note(event, at, answer)

    async def _tied(self, at: datetime) -> bool:
        """Whether a limit passes or a level is paged just when people act: they were in time."""
        for named in self.engine.incidents.values():
            view = await self.engine.view(named, at - LEAD)
            forgotten_at = view.escalation.forgotten_at if view.escalation.stopped else None
            dues = (*_dues(view), *([forgotten_at] if forgotten_at else []))
            if any(-SAME_INSTANT < due - at < NEAR for due in dues):
                return True
        return False

    async def _one(self, event: ScenarioEvent, at: datetime) -> None:
        name = event.incident or DEFAULT_NAME
        if event.alert:
            payload = payload_file(self.loaded.beside(event.alert))
            await self.engine.deliver(name, payload, at)
        elif event.report is not None:
            report = Report.model_validate(report_of(event, self.scenario.starts))
            await self.engine.report(name, report, at)
        elif event.do:
            await self.engine.do(await self._order(event, at), at)
        elif event.on_call:
            await self.engine.take_shift(event.on_call, taker_of(event), at, self.scenario.starts)
        else:
            self._channels(event)

    def _channels(self, event: ScenarioEvent) -> None:
        for name in event.up:
            self.engine.channels.mend(name)
        for name in (*event.down, *event.refuses):
            self.engine.channels.break_down(name, for_good=name in event.refuses)

    async def _order(self, event: ScenarioEvent, at: datetime) -> Order:
        """The command of an event. Raises NotTaken if it has no incident."""
        named = self._meant(event.incident)
        spec = spec_of(event.do or "")
        if named is None or spec is None:
            raise NotTaken("there is no such incident (yet)")
        payload = {"happened_at": at, **payload_of(spec, event, self.scenario.starts)}
        for key in OTHER_INCIDENT & set(payload):
            payload[key] = self.engine.incidents.get(payload[key], payload[key])
        if spec.payload is AdoptPolicyCommand:
            payload.update(await self._kept(str(payload.pop(ADOPTED)), at))
        return Order(named, spec.name, payload)

    def _meant(self, name: str | None) -> str | None:
        """The id of the named incident, or of the newest one if no name is given."""
        if name is None:
            return next(reversed(self.engine.incidents.values()), None)
        return self.engine.incidents.get(name)

    def _unnamed(self, event: ScenarioEvent) -> str:
        """The name of the incident of an event that names none."""
        newest = next(reversed(self.engine.incidents), DEFAULT_NAME)
        return newest if event.do else DEFAULT_NAME

    async def _kept(self, file: str, at: datetime) -> dict[str, str]:
        """The fields that name an adopted policy; it is stored first, as if it were in force."""
        try:
            loaded = policy_in_force(self.loaded.beside(file), at)
        except PolicyBroken as error:
            raise NotTaken(f"the policy {file} cannot be used: {error}") from None
        await self.engine.documents.put(policy_path(loaded.policy_hash), loaded.source)
        await self.engine.documents.put(
            in_force_path(loaded.policy_hash), loaded.policy_hash.encode()
        )
        return {
            "policy_hash": loaded.policy_hash,
            "policy_name": loaded.policy.policy,
            "policy_version": loaded.policy.version,
        }

    def _note(self, event: ScenarioEvent, at: datetime, refusal: NotTaken) -> None:
        spec = spec_of(event.do) if event.do else None
        self.refused.append(
            RefusedAttempt(
                at=at,
                incident=event.incident or self._unnamed(event),
                by=taker_of(event).name if event.on_call else event.by or "monitoring",
                what=spec.name if spec else _kind(event),
                because=refusal.because,
                missing=refusal.missing,
            )
        )

    def _named(self, refused: RefusedAttempt) -> RefusedAttempt:
        """A refusal that names incidents as the scenario does."""
        return refused.changed(because=self.engine.by_name(refused.because))

    async def _views(self, at: datetime) -> dict[str, IncidentView]:
        return {
            name: await self.engine.view(id_, at) for name, id_ in self.engine.incidents.items()
        }

    async def _look(self, at: datetime) -> LookAtIncidents:
        views = await self._views(at + LAG)
        return LookAtIncidents(
            at=at, standings=tuple(standing_of(name, v) for name, v in views.items())
        )

    async def _finish(self, last: datetime) -> tuple[datetime, str]:
        """Let time pass until the end; returns the end and its reason."""
        if self.scenario.until is not None:
            ends = self._instant(self.scenario.until)
            await self.engine.advance(ends + LAG)
            return ends, "the scenario ends here"
        at = last
        while True:
            due = [d for view in (await self._views(at)).values() for d in _dues(view) if d > at]
            if not due:
                return at, "nothing more comes due"
            if at >= last + LONGEST:
                days = LONGEST.days
                return (
                    at,
                    f"{days} days after the last event; `until` in the scenario sets another end",
                )
            at = min(max(due) + AFTERWARDS, last + LONGEST)
            await self.engine.advance(at)

    async def _incident(self, name: str, at: datetime) -> PlayedIncident:
        view = await self.engine.view(self.engine.incidents[name], at + LAG)
        whole = await with_whole_timeline(self.engine.documents, view.incident)
        events = [self._instant(event.at) for event in self.scenario.events]
        return played_incident(
            name, view, whole, events, self.engine.by_name, slack=self.engine.slack
        )


def _dues(view: IncidentView) -> Iterable[datetime]:
    """When limits pass and levels are paged if nobody acts; without reminders."""
    for reading in view.readings:
        waiting = reading.stage is Stage.IN_PROGRESS
        if waiting and reading.breach_at and reading.status is not ClockStatus.BREACHED:
            yield reading.breach_at
    if view.escalation.page_due_at:
        yield view.escalation.page_due_at
    for owed in view.undelivered:
        if owed.held and owed.not_before:
            yield owed.not_before


def _kind(event: ScenarioEvent) -> str:
    """What somebody tried, if it is no command."""
    if event.on_call:
        return ON_CALL
    return "alert" if event.alert else "report"

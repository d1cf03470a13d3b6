"""Finds who is on call now, by the schedules of the policy in force; feeds are read here.

Zone data, the policy file and feeds change, so the answer is recorded: in the result of the
activity that paged, or in the input of an incident whose roles follow a schedule. The code that
reads zones and policies is imported only if a schedule is asked, because most incidents ask none.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.errors import ConnectorError, RetryableError
from incidents import patience
from models.compiled import CompiledPolicy, Person
from models.people.schedule import Booking, GapKind, OnCall, ScheduleSpec
from rules.people.naming.people_meant import schedules_named
from rules.people.on_call.feed_events import called, people_meant
from rules.people.on_call.schedule_overrides import laid_over
from rules.people.on_call.words import schedules_of

if TYPE_CHECKING:
    from connectors.feeds.directory import FeedDirectory, FeedReading
    from incidents.schedules.overrides import Overrides
    from models.policy import Policy


_AHEAD = timedelta(days=16)
_MOST_TOLD = 2


@dataclass(frozen=True, slots=True)
class OnCallFound:
    """Who is on call, by schedule; `people` maps names to their addresses."""

    on_call: dict[str, OnCall] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OnCallLookup:
    """Asks schedules who is on call. Feeds, the policy file and overrides are optional."""

    feeds: "FeedDirectory | None" = None
    policy_file: Path | None = None
    overrides: "Overrides | None" = None

    async def ask(
        self,
        targets: Iterable[str],
        carried: Iterable[ScheduleSpec],
        people: Mapping[str, Person],
        policy: str,
        at: datetime,
    ) -> OnCallFound:
        """Find who is on call at `at` by the schedules among `targets`.

        Uses the schedules of the policy in force if its name is `policy`, otherwise those in
        `carried`. Raises nothing: a schedule that cannot be worked out names nobody, and its notes
        say why.
        """
        names = schedules_of(targets)
        if not names:
            return OnCallFound(people=people)
        live = await asyncio.to_thread(self._in_force, names, policy, at)
        everybody = {**live.people, **people}
        known = {**{spec.name: spec for spec in carried}, **live.schedules}
        # Side by side, so that one slow feed does not keep us from the others.
        asked = (self._named(name, known.get(name), everybody, at) for name in names)
        return OnCallFound(dict(zip(names, await asyncio.gather(*asked), strict=True)), everybody)

    async def _named(
        self, name: str, spec: ScheduleSpec | None, people: Mapping[str, Person], at: datetime
    ) -> OnCall:
        if spec is None:
            return _unknown(name, at, "is not there")
        return await self.who(spec, people, at)

    async def who(self, spec: ScheduleSpec, people: Mapping[str, Person], at: datetime) -> OnCall:
        """Find who is on call by a schedule at `at`. Raises nothing, like `ask`."""
        from rules.zones.rotations import on_call  # noqa: PLC0415 - see above

        try:
            (bookings, told), (laid, doubts) = await asyncio.gather(
                self.booked(spec, people, at, at + _AHEAD), self.overridden(spec, people)
            )
            found = await asyncio.to_thread(on_call, laid, at, bookings)
        except Exception as error:  # noqa: BLE001 - a schedule's trouble must not keep the rest from paging
            return _unknown(spec.name, at, f"could not be worked out ({type(error).__name__})")
        return found.changed(**{**told, "notes": (*told.get("notes", ()), *doubts)})

    async def overridden(
        self, spec: ScheduleSpec, people: Iterable[str]
    ) -> tuple[ScheduleSpec, tuple[str, ...]]:
        """The schedule with the overrides that people made, and notes about these."""
        if self.overrides is None:
            return spec, ()
        known = await self.overrides.known()
        laid, notes = laid_over(spec, known.overrides, people)
        return laid, (*notes, *([known.note] if known.note else []))

    async def booked(
        self, spec: ScheduleSpec, people: Mapping[str, Person], start: datetime, end: datetime
    ) -> tuple[tuple[Booking, ...], dict[str, Any]]:
        """The bookings in the feed of a schedule, and the fields of `OnCall` about the feed."""
        if spec.feed is None:
            return (), {}
        if self.feeds is None:
            return (), {"notes": (f"feed {spec.feed.name} is not read here",)}
        try:
            read = await self.feeds.read(spec.feed.name, start, end, timeout=patience.FEED)
        except ConnectorError as error:
            return (), {
                "notes": (f"feed {error.channel}: {error.reason}, and no copy can be used",),
                "unread": isinstance(error, RetryableError),
            }
        meant = await asyncio.to_thread(people_meant, read.events, spec.feed, people)
        bookings = tuple(
            Booking(event.begins, event.ends, person)
            for event, persons in meant.named
            for person in persons
        )
        unnamed = tuple(f"{called(event)} names nobody" for event in meant.nobody)
        age = datetime.now(UTC) - read.as_of
        return bookings, {"feed_age": age, "notes": _notes(read, unnamed)}

    def _in_force(self, names: tuple[str, ...], policy: str, at: datetime) -> "_Readers":
        """The schedules of the policy in force, if it is usable and has this name."""
        if self.policy_file is None:
            return _Readers()
        from policies.catalogue import PolicyBroken, policy_in_force  # noqa: PLC0415 - see above

        try:
            found = policy_in_force(self.policy_file, at).policy
            return _live(found, names) if found.policy == policy else _Readers()
        except PolicyBroken:
            return _Readers()
        except Exception:  # noqa: BLE001 - as is said here
            import structlog  # noqa: PLC0415 - slow to load, and seldom needed

            # The schedules that the incident carries are better than no page.
            structlog.get_logger(__name__).exception("schedule.policy_unread")
            return _Readers()


@dataclass(frozen=True, slots=True)
class _Readers:
    schedules: dict[str, ScheduleSpec] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


def _live(policy: "Policy", names: tuple[str, ...]) -> _Readers:
    from policies.compiling.policy import people_of  # noqa: PLC0415 - see above
    from policies.compiling.schedules import schedule_spec  # noqa: PLC0415 - see above

    asked = (name for name in names if name in policy.schedules)
    return _Readers({name: schedule_spec(policy, name) for name in asked}, people_of(policy))


def _unknown(name: str, at: datetime, why: str) -> OnCall:
    return OnCall(schedule=name, at=at, gap=GapKind.UNDECLARED, notes=(f"the schedule {why}",))


def _notes(read: "FeedReading", unnamed: tuple[str, ...]) -> tuple[str, ...]:
    trouble = [f"the feed does not answer: {read.trouble}"] if read.trouble else []
    trouble += [read.unkept] if read.unkept else []
    doubtful = (*(f"left out: {words}" for words in read.left_out), *read.doubts, *unnamed)
    more = len(doubtful) - _MOST_TOLD
    rest = (f"and {more} more events",) if more > 0 else ()
    return (*trouble, *doubtful[:_MOST_TOLD], *rest)


async def with_on_call(
    policy: CompiledPolicy,
    at: datetime,
    feeds: "FeedDirectory | None",
    overrides: "Overrides | None" = None,
) -> CompiledPolicy:
    """The policy with who is on call at `at` by the schedules of its roles and its authority."""
    rules = (*policy.authority.values(), policy.raise_severity, policy.lower_severity)
    may = schedules_named(rules, policy.approvals.values(), policy.override)
    targets = (*(role.default for role in policy.roles if role.default), *may)
    if not schedules_of(targets):
        return policy
    lookup = OnCallLookup(feeds, overrides=overrides)
    asked = await lookup.ask(targets, policy.schedules, policy.people, policy.name, at)
    return policy.changed(on_call=asked.on_call)

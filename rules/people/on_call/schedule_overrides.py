"""Decides about overrides of schedules: which can be made, which count, which are remembered."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.base import Actor
from models.people.schedule import ScheduleOverrideSpec, ScheduleSpec
from models.people.schedule_overrides import (
    EndOverride,
    OverrideSchedule,
    OverridesState,
    RefusedOverride,
    ScheduleOverride,
)
from rules.record.decision import Refusal

MOST_OF_ONE = 100
"""Overrides of one schedule that are not over."""
MOST_KEPT = 300
"""Overrides of all schedules, with those that ended lately."""
MOST_REFUSED = 20
"""Refused attempts that are remembered; the oldest are forgotten first."""
REFUSED_EACH = 5
"""Attempts of one name within an hour that each leave a trace; then one in ten minutes does."""
LONGEST = timedelta(days=92)
FURTHEST = timedelta(days=400)
"""How far ahead an override may begin."""
REMEMBERED = timedelta(days=1)
"""How long an override stays after its end."""
_CLOCKS_DIFFER = timedelta(minutes=1)
"""How far the clocks of two machines may be apart."""

Outcome = tuple[OverridesState, ScheduleOverride | Refusal]
"""The state that follows, and the override; a refusal may also leave a trace in the state."""


def ends_of(override: ScheduleOverride) -> datetime:
    """When an override ends, or ended."""
    return min(override.ends_at, override.ended_at or override.ends_at)


def over(override: ScheduleOverride, now: datetime) -> bool:
    """Whether an override has no effect any more."""
    return ends_of(override) <= now or override.begins_at >= ends_of(override)


def made(state: OverridesState, said: OverrideSchedule, now: datetime) -> Outcome:
    """The state with a new override, which begins now at the earliest.

    The same request again changes nothing.
    """
    for known in state.overrides:
        if known.id == said.id and _same(known, said, now):
            return state, known
    what = f"{said.person} on call by {said.schedule}"
    if said.refused:
        return _traced(state, what, said.refused, said.by, now)
    refusal = _unfit(state, said, now)
    if refusal:
        return state, refusal
    new = ScheduleOverride(
        id=said.id,
        schedule=said.schedule,
        person=said.person,
        covers=said.covers,
        begins_at=_beginning(said, now),
        ends_at=said.ends_at,
        reason=said.reason,
        by=said.by,
        made_at=now,
    )
    return _with(state, (*state.overrides, new), now), new


def ended(state: OverridesState, said: EndOverride, now: datetime) -> Outcome:
    """The state in which an override is over. One that was over stays as it is."""
    found = next((each for each in state.overrides if each.id == said.id), None)
    if found is None:
        message = f"there is no override {said.id}: it may be over"
        return state, Refusal("Refused", message, ("id",))
    if over(found, now):
        return state, found
    if said.refused:
        what = f"the end of {found.person} on call by {found.schedule}"
        return _traced(state, what, said.refused, said.by, now)
    after = found.changed(ended_at=now, ended_by=said.by)
    each = tuple(after if known.id == found.id else known for known in state.overrides)
    return _with(state, each, now), after


def _beginning(said: OverrideSchedule, now: datetime) -> datetime:
    """When it begins: not in the past, but with the second that has just begun."""
    return said.begins_at if said.begins_at > now else now.replace(microsecond=0)


def _same(known: ScheduleOverride, said: OverrideSchedule, now: datetime) -> bool:
    """Whether this was asked before. Whatever has begun was to begin at once, also at a retry."""
    fields = ("schedule", "person", "covers", "ends_at", "reason")
    alike = all(getattr(known, name) == getattr(said, name) for name in fields)
    begun = max(known.begins_at, said.begins_at) <= now + _CLOCKS_DIFFER
    return alike and known.by.name == said.by.name and (begun or known.begins_at == said.begins_at)


def _unfit(state: OverridesState, said: OverrideSchedule, now: datetime) -> Refusal | None:
    begins_at = _beginning(said, now)
    if any(known.id == said.id for known in state.overrides):
        return Refusal("Malformed", "this id has another override: make a new one", ("id",))
    if said.ends_at <= now:
        return Refusal("Malformed", "the end lies in the past", ("ends_at",))
    if said.ends_at <= said.begins_at:
        return Refusal("Malformed", "the end is not after the beginning", ("ends_at",))
    if said.ends_at - begins_at > LONGEST:
        message = f"an override lasts at most {LONGEST.days} days: change the policy instead"
        return Refusal("Malformed", message, ("ends_at",))
    if begins_at - now > FURTHEST:
        message = f"an override begins at most {FURTHEST.days} days ahead"
        return Refusal("Malformed", message, ("begins_at",))
    if said.covers == said.person:
        return Refusal("Malformed", f"{said.person} cannot cover {said.person}", ("covers",))
    return _too_many(state, said, now)


def _too_many(state: OverridesState, said: OverrideSchedule, now: datetime) -> Refusal | None:
    coming = [each for each in state.overrides if not over(each, now)]
    of_it = sum(each.schedule == said.schedule for each in coming)
    if of_it < MOST_OF_ONE and len(coming) < MOST_KEPT:
        return None
    where = f" of {said.schedule}" if of_it >= MOST_OF_ONE else ""
    count = MOST_OF_ONE if where else MOST_KEPT
    message = f"there are {count} overrides{where} already: end those that nobody needs"
    return Refusal("Refused", message)


def _traced(state: OverridesState, what: str, why: str, by: Actor, now: datetime) -> Outcome:
    """The refusal of the policy; the state remembers who tried."""
    refusal = Refusal("NotAuthorised", why)
    if _tries_too_often(state.refused, by, now):
        return state, refusal
    tried = (*state.refused, RefusedOverride(what=what, why=why, by=by, at=now))
    return state.changed(refused=tried[-MOST_REFUSED:]), refusal


def _tries_too_often(refused: tuple[RefusedOverride, ...], by: Actor, now: datetime) -> bool:
    """Whether another trace would only fill the history: of this name, or of all names."""
    lately = [tried for tried in refused if tried.at > now - timedelta(hours=1)]
    own = [tried for tried in lately if tried.by.name == by.name]
    just_now = now - timedelta(minutes=10)
    many = len(own) >= REFUSED_EACH and own[-1].at > just_now
    return many or (len(lately) >= MOST_REFUSED and lately[-1].at > just_now)


def _with(
    state: OverridesState, overrides: tuple[ScheduleOverride, ...], now: datetime
) -> OverridesState:
    """The state with these overrides, without those that ended more than a day ago."""
    known = tuple(each for each in overrides if ends_of(each) + REMEMBERED > now)
    room = MOST_KEPT - sum(not over(each, now) for each in known)
    past = [each.id for each in known if over(each, now)]
    forgotten = set(past[: max(0, len(past) - room)])
    return state.changed(overrides=tuple(each for each in known if each.id not in forgotten))


def laid_over(
    spec: ScheduleSpec, overrides: Iterable[ScheduleOverride], people: Iterable[str]
) -> tuple[ScheduleSpec, tuple[str, ...]]:
    """The schedule with its overrides, and notes about those that cannot count.

    They count before those of the policy, and the last one counts. An override of somebody whom
    the policy does not know any more does not count: the engine could not reach them.
    """
    known = frozenset(people)
    own = [each for each in overrides if each.schedule == spec.name]
    mine = [each for each in own if each.begins_at < ends_of(each)]
    lost = dict.fromkeys(each.person for each in mine if each.person not in known)
    laid = tuple(_spec(each) for each in mine if each.person in known)
    notes = tuple(
        f"an override for {person} does not count: the policy has no such person" for person in lost
    )
    return spec.changed(overrides=(*spec.overrides, *laid)) if laid else spec, notes


def _spec(override: ScheduleOverride) -> ScheduleOverrideSpec:
    return ScheduleOverrideSpec(
        people=(override.person,),
        begins=override.begins_at,
        ends=ends_of(override),
        covers=override.covers,
        reason=override.reason,
    )

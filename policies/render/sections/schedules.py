"""Who is on call by which schedule: turns, hand-overs, layers, overrides and gaps."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from models.people.schedule import RotationHandOver, RotationSpec, ScheduleSpec
from models.policy.sections.calendars import WEEK
from models.policy.sections.schedules import LAST_DAY
from models.time.calendar import CalendarSpec
from policies.compiling.overriding import words_of
from policies.compiling.schedules import schedule_spec
from policies.render.sections.consent import who
from policies.render.sections.timelines import opening, runs
from policies.render.writing.document import Block, Blocks, Heading, Paragraph, bullets, table
from policies.render.writing.view import View
from policies.render.writing.words import duration, listed
from rules.zones.turns import ANCHOR


def section(view: View) -> Blocks:
    """Each schedule, whether or not incidents of some service ask it."""
    for name in view.policy.schedules:
        spec = schedule_spec(view.policy, name)
        yield Heading(f"On call: {name}")
        if spec.feed:
            yield Paragraph(
                f"People whom an event of the calendar feed {spec.feed.name} names are on call "
                "while it lasts."
            )
            yield from _names(spec)
        else:
            yield _rotations(spec)
        yield bullets(_rules(view, spec), "")
        if spec.overrides:
            yield _schedule_overrides(spec)


def _names(spec: ScheduleSpec) -> Blocks:
    if spec.feed and spec.feed.names:
        names = (f"{called} is {person}" for called, person in spec.feed.names.items())
        yield Paragraph(f"Names of people in the feed: {listed(names)}.")


def _rotations(spec: ScheduleSpec) -> Block:
    return table(
        ("By", "People, in turn", "Handed over", "Time zone", "First shift", "Counts"),
        (
            (
                rotation.name,
                listed(rotation.people),
                handed_over(rotation.hand_over),
                rotation.zone,
                _first(rotation),
                _counts(rotation),
            )
            for rotation in spec.rotations
        ),
        "",
    )


def handed_over(given: RotationHandOver) -> str:
    """When a rotation hands over."""
    at = f" at {listed(given.at)}" if given.at else ""
    if given.elapsed:
        return f"every {duration(given.elapsed)}{at and f', first{at}'}"
    if given.every_days:
        on = f" on {listed(runs(given.days))}" if given.days else ""
        return f"every {duration(timedelta(days=given.every_days))}{on}{at}"
    if given.every_months:
        last = given.month_day == LAST_DAY
        day = "last day" if last else f"{given.month_day}. day"
        return f"on the {day} of every {_months(given.every_months)}{at}"
    days = "every day" if len(given.days) == len(WEEK) else f"on {listed(runs(given.days))}"
    return f"{days}{at}"


def _months(every: int) -> str:
    return "month" if every == 1 else f"{every} months"


def _wall(at: datetime) -> str:
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute) == (0, 0) else _time(at)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}{'' if at.tzinfo is None else f' {at:%Z}'}"


def _first(rotation: RotationSpec) -> str:
    begins = rotation.hand_over.since or rotation.starts
    if begins:
        return f"from {_wall(begins)} on"
    return f"always going on; the first of {ANCHOR.year} was {rotation.people[0]}'s"


def _counts(rotation: RotationSpec) -> str:
    limits = [_during(rotation.during)] if rotation.during else []
    limits += [f"until {_wall(rotation.until)}"] if rotation.until else []
    return "; ".join(limits) or "always"


def _during(spec: CalendarSpec) -> str:
    return f"while {spec.name} is open" if spec.name else opening(spec)


def _rules(view: View, spec: ScheduleSpec) -> Iterator[str]:
    if len(spec.rotations) > 1:
        yield "If several cover an instant, the last of them counts."
    for gap in spec.gaps:
        when = _during(gap) if gap.name else f"{opening(gap)} ({gap.zone})"
        yield f"Nobody is on call, on purpose: {when}."
    if spec.gaps_meant:
        yield "Whenever nobody is on call, that is on purpose."
    entry = view.policy.schedules[spec.name]
    if entry.longest:
        yield f"Nobody is on call for longer than {duration(entry.longest)} without a break."
    if entry.rest:
        yield f"After a shift everybody has {duration(entry.rest)} of rest before the next."
    yield f"For a time, {who(words_of(view.policy))} may put somebody else on call, with a reason."
    yield "If nobody is on call, the engine pages the next level of an escalation at once."


def _schedule_overrides(spec: ScheduleSpec) -> Block:
    return table(
        ("On call instead", "From", "To", "Time zone"),
        (
            (
                listed(override.people),
                _time(override.begins),
                _time(override.ends),
                spec.zone if override.begins.tzinfo is None else "",
            )
            for override in spec.overrides
        ),
        "",
    )

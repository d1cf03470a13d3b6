"""Hours and days of calendars as people really have them: worked Saturdays, ends of days."""

from collections.abc import Iterator
from datetime import date

from models.policy import Policy
from models.policy.sections.calendars import HOLIDAY, WEEK
from models.policy.sections.schedules import WindowEntry
from policies.reading.findings import Check, Finding, warning
from policies.reading.tree import Loc


def worked_days_are_days_off(policy: Policy) -> Iterator[Finding]:
    """A day in `worked` is a day off otherwise."""
    for name, entry in policy.calendars.items():
        week = {day for window in entry.windows for day in window.days}
        for day, as_on in entry.worked_as.items():
            loc: Loc = ("calendars", name, "worked", day)
            open_anyway = not week or WEEK[date.fromisoformat(day).weekday()] in week
            if day in entry.holidays:
                yield Finding(loc, f"{day} is both worked and a holiday", "keep it in one of them")
            elif open_anyway and not entry.holidays:
                yield warning(loc, f"{day} is worked anyway", "remove it", key=True)
            if week and as_on not in week:
                what = f"{name} has no hours on {as_on}, so {day} has none"
                yield Finding(loc, what, f"write {{ {day}: DAY }}, a day that has hours")


def never_open(policy: Policy) -> Iterator[Finding]:
    """A calendar is open at some time."""
    for name, entry in policy.calendars.items():
        days = {day for window in entry.windows for day in window.days}
        if days == {HOLIDAY} and not entry.holidays:
            what = f"{name} is never open: it opens on holidays only, and has none"
            about = f"calendars.{name}.holidays"
            add = "add holidays: GB-ENG"
            yield Finding(("calendars", name), what, add, key=True, about=about)


def last_minutes(policy: Policy) -> Iterator[Finding]:
    """Hours end when they end: 23:59 leaves a minute of every day out."""
    for loc, hours in _hours(policy):
        for _, closes in hours:
            if closes.endswith(":59"):
                end = f"{int(closes[:2]) + 1:02}:00"
                what = f"the minute before {end} is missing: hours until {closes} end there"
                yield warning(loc, what, f"write {end}")


def _hours(policy: Policy) -> Iterator[tuple[Loc, tuple[tuple[str, str], ...]]]:
    """Every place with local hours."""
    for name, entry in policy.calendars.items():
        yield ("calendars", name, "hours"), entry.hours or ()
        for index, window in enumerate(entry.opens):
            yield ("calendars", name, "opens", index, "hours"), window.hours
    for name, lines in policy.escalations.items():
        for index, line in enumerate(lines):
            yield ("escalations", name, index, "hours"), line.hours or ()
    for name, schedule in policy.schedules.items():
        inside: dict[Loc, WindowEntry] = {("layers", n): of for n, of in schedule.layers.items()}
        inside |= {("gaps", index): gap for index, gap in enumerate(schedule.gaps or ())}
        if schedule.rotation:
            inside[("rotation",)] = schedule.rotation
        for at, of in inside.items():
            yield ("schedules", name, *at, "hours"), of.hours or ()


CHECKS: tuple[Check, ...] = (worked_days_are_days_off, never_open, last_minutes)

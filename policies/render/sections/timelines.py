"""The fourth section: the lifecycle, its steps, its deadlines, and how time counts."""

from collections.abc import Iterable, Iterator

from models.policy.sections.calendars import HOLIDAY, WEEK
from models.time.calendar import CalendarSpec, OpenHours
from policies.compiling.timing import calendars
from policies.render.sections import clocks, lifecycle
from policies.render.writing.document import Block, Blocks, Heading, Paragraph, bullets, table
from policies.render.writing.view import View
from policies.render.writing.words import listed, moment

SHORT_RUN = 2
"""With at most so many days in a row, the document names each of them."""


def section(view: View) -> Blocks:
    """All of it."""
    yield from lifecycle.section(view)
    yield Heading("Steps")
    yield _steps(view)
    yield from clocks.section(view)
    yield from _calendars(view)
    yield Heading("Holds")
    yield bullets(_holds(view), "")
    yield from _milestones(view)
    yield from _metrics(view)


def _steps(view: View) -> Block:
    return table(
        ("State", "Step", "What to do", "By", "Required"),
        (
            (step.state, step.id, step.do, step.by, "yes" if step.required else "no")
            for step in view.compiled.steps
        ),
        view.nothing("steps", "The policy names none."),
    )


def _calendars(view: View) -> Blocks:
    used = {spec.name for spec in view.compiled.calendars}
    shown = [c for c in calendars(view.policy) if c.name in used | set(view.policy.calendars)]
    if shown:
        yield Heading("Calendars")
        yield table(
            ("Calendar", "Time zone", "Open", "Holidays"),
            ((spec.name, spec.zone, opening(spec), listed(spec.holidays)) for spec in shown),
            "",
        )
        yield Paragraph("A holiday is closed, unless there are hours for holidays.")


def opening(spec: CalendarSpec) -> str:
    """When a calendar is open, by its own zone."""
    worked = (f"{day} like a {as_on}" for day, as_on in spec.worked.items())
    return "; ".join((*map(_hours, spec.opens), *worked)) or "always"


def _hours(window: OpenHours) -> str:
    hours = listed(f"{opens} to {closes}" for opens, closes in window.hours)
    return f"{listed(runs(window.days))} {hours}"


def runs(days: Iterable[str]) -> Iterator[str]:
    """Days of the week; days in a row form one run."""
    run: list[str] = []
    open_days = set(days)
    for day in (*WEEK, ""):
        if day in open_days:
            run.append(day)
        elif run:
            yield from (f"{run[0]} to {run[-1]}",) if len(run) > SHORT_RUN else run
            run = []
    if HOLIDAY in open_days:
        yield "holidays"


def _holds(view: View) -> Iterator[str]:
    reasons = view.compiled.hold_reasons
    if not reasons:
        yield "An incident may be put on hold for any reason."
    for reason in reasons:
        stopped = [
            clock.name
            for clock in view.compiled.clocks
            if "any" in clock.pauses_on or reason in clock.pauses_on
        ]
        yield f"{reason}: pauses {listed(stopped) or 'no clock'}."
    yield "A hold pauses the clocks that pause on its reason, and no others."


def _milestones(view: View) -> Blocks:
    policy = view.compiled
    if policy.milestones:
        yield Heading("Milestones of this policy")
        yield bullets(policy.milestones, "")
    if policy.dates:
        yield Heading("Dates that people set for an incident")
        yield bullets(policy.dates, "")


def _metrics(view: View) -> Blocks:
    if view.compiled.metrics:
        yield Heading("Figures of every incident")
        yield table(
            ("Figure", "From", "To", "Counts"),
            (
                (
                    metric.name,
                    moment(metric.starts),
                    moment(metric.stops),
                    f"hours of {metric.calendar}" if metric.calendar else "elapsed time",
                )
                for metric in view.compiled.metrics
            ),
            "",
        )
        yield Paragraph(
            "The engine computes them from the record and shows them in the incident report."
        )

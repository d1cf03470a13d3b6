"""Who is paged when: each escalation as a ladder, by the function that pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from models.compiled import Branch, EscalationPolicy, Level, OnRaise
from models.incident.escalation import EscalationProgress
from models.time.calendar import CalendarSpec
from policies.compiling.escalations import escalation_of
from policies.render.writing.document import Blocks, Heading, Paragraph, bullets, table
from policies.render.writing.view import View
from policies.render.writing.words import condition, count, duration, listed, party
from rules.paging.escalation import Page, next_page

FIRST_PAGE_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""The usual effect of a raised severity. The document shows only differences to it."""

_ON_RAISE = {
    OnRaise.RESTART: "A raised severity pages the first level again, and goes on from there.",
    OnRaise.CONTINUE: "A raised severity pages the next level at once, and goes on from there.",
}


def pages(policy: EscalationPolicy) -> Iterator[tuple[timedelta, Page]]:
    """Every page of an incident that nobody acknowledges, and its time after the first page."""
    progress, at = EscalationProgress(), FIRST_PAGE_AT
    while isinstance(page := next_page(policy, progress, at), Page):
        yield at - FIRST_PAGE_AT, page
        following = page.next_at or at
        progress = EscalationProgress(level=page.level, cycle=page.cycle, next_at=following)
        at = following


def section(view: View) -> Blocks:
    """Every escalation that incidents can follow."""
    told: set[str] = set()
    followed: dict[str, list[str]] = {}
    others = "every other service, or none" if view.policy.services else "any service, or none"
    for service in (*view.policy.services, None):
        name = escalation_of(view.policy, service)
        if name is not None:
            followed.setdefault(name, []).append(service or others)
    if not followed:
        yield Heading("Escalation")
        yield Paragraph("The policy names no escalation: nobody is paged.")
    for name, services in followed.items():
        first = next((s for s in view.policy.services if s in services), None)
        policy = view.escalation(first)
        if policy:
            yield from _ladder(policy, f"For incidents of {listed(services)}.")
            told.add(name)
    for name, ladder in _instead(view, followed):
        if name not in told:
            told.add(name)
            yield from _ladder(ladder, "Followed if another escalation says so.")


def _instead(view: View, names: dict[str, list[str]]) -> Iterator[tuple[str, EscalationPolicy]]:
    """The ladders that count instead of those of services, except the one that pages nobody."""
    for services in names.values():
        first = next((s for s in view.policy.services if s in services), None)
        policy = view.escalation(first)
        for branch in policy.branches if policy else ():
            if branch.follow.levels:
                yield branch.follow.name, branch.follow


def _ladder(policy: EscalationPolicy, whose: str) -> Blocks:
    yield Heading(f"Escalation: {policy.name}")
    yield Paragraph(whose)
    if policy.branches:
        yield Paragraph("The first of these that fits counts instead:")
        yield bullets(map(_branch, policy.branches), "")
    yield from _levels(policy)


def _branch(branch: Branch) -> str:
    asked = [f"severity {listed(branch.severities, 'or')}"] if branch.severities else []
    asked += [condition(text) for text in branch.when]
    if not branch.follow.levels:
        return f"{listed(asked)}: nobody is paged."
    return f"{listed(asked)}: the escalation {branch.follow.name}."


def _whom(level: Level) -> str:
    """Whom a level pages, and under which conditions."""
    named = [party(target) for target in level.page]
    words = f"one of {listed(named)}, in turn" if level.in_turn else listed(named)
    if level.hours:
        words += f"; {_hours(level.hours)}, by their own local clock"
    return f"{words}; only while its alerts fire" if level.if_firing else words


def _hours(spec: CalendarSpec) -> str:
    if spec.name:
        return f"only while {spec.name} is open"
    spans = (f"{begins} to {ends}" for opens in spec.opens for begins, ends in opens.hours)
    return f"only from {listed(spans)}"


def _levels(policy: EscalationPolicy) -> Blocks:
    told = list(pages(policy))
    yield table(
        ("After", "Level", "Paged", "Then waits"),
        (
            (
                duration(after) if after else "at once",
                str(page.level),
                _whom(page.targets),
                duration(page.targets.wait),
            )
            for after, page in told
            if page.cycle == 0
        ),
        "Nobody is paged.",
    )
    over = told[-1][0] + told[-1][1].targets.wait if told else timedelta()
    yield bullets(_conduct(policy, over), "")


def _conduct(policy: EscalationPolicy, over: timedelta) -> Iterator[str]:
    """What stops it, what resumes it, and when it has ended."""
    yield "An acknowledgement stops it; pages that a clock demanded stay."
    yield (
        "If somebody escalates by hand after an acknowledgement, it goes on from there until "
        "somebody answers."
    )
    if policy.forgotten_after is not None:
        yield (
            f"If nobody does anything for {duration(policy.forgotten_after)} after an "
            "acknowledgement, it goes on from the level where it stopped, until somebody does."
        )
    if any(level.hours for level in policy.levels):
        yield (
            "The engine skips a level at once if all its people are outside their hours. If "
            "that is so at all levels, it pages the first person whose hours begin."
        )
    if policy.on_raise in _ON_RAISE:
        yield _ON_RAISE[policy.on_raise]
    again = "It does not repeat"
    if policy.repeat:
        often = "once" if policy.repeat == 1 else count(policy.repeat, "time")
        again = f"After the last level everything repeats {often}"
    yield f"{again}; {duration(over)} after the first page it ends."

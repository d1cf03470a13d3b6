"""Deadlines: every clock with its targets, what is particular about it, and what it sets off."""

from collections.abc import Iterator

from models.policy.values.targets import OPEN
from models.time.clock import (
    SHOULD,
    Action,
    ActionKind,
    ClockSpec,
    OnRepeat,
    Roll,
    Target,
    Threshold,
)
from policies.compiling.timing import decided
from policies.render.sections import authority
from policies.render.writing.document import Block, Blocks, Heading, Paragraph, bullets, table
from policies.render.writing.view import View
from policies.render.writing.words import (
    LEFT_OPEN,
    NO_TARGET,
    condition,
    duration,
    listed,
    moment,
    target,
)
from rules.clocks.clocks import LIMIT
from rules.deadlines.threshold_actions import effects_of
from rules.record.decision import Effect, OpenLinked, PageNextLevel, PageRole, Remind, TellAudiences

_ENDINGS = {"resolve": "resolved", "close": "closed", "cancel": "cancelled", "merge": "merged"}


def section(view: View) -> Blocks:
    """All of it."""
    yield Heading("Deadlines (SLA)")
    yield _targets(view)
    if not view.compiled.clocks:
        return
    yield Paragraph(
        "Exactly at the limit is in time. A day is 24 hours of elapsed time; working days and "
        "calendar days count on the local clock. Hours of a calendar are those in which it is "
        f"open. {NO_TARGET} means that there is no target."
    )
    yield bullets(_particulars(view), "Every clock runs without pause from its start to its stop.")
    yield Heading("What deadlines set off")
    yield Paragraph(
        "When a limit has passed, the engine records the breach, even if this list does not say "
        "so. A target of best effort is then late, never breached. If a threshold fires late "
        "because the engine was down, the timeline says how late."
    )
    yield table(("Clock", "When", "What happens"), _fired(view), "Nothing else happens.")


def cell(view: View, clock: ClockSpec, severity: str) -> str:
    """The target of a clock at a severity; or that there is none, or that it is left open."""
    found = clock.within.get(severity)
    if found:
        return target(found)
    entry = view.policy.clocks.get(clock.name)
    written = entry.within if entry else {}
    key = decided(view.policy, written).get(severity)
    return LEFT_OPEN if key and written[key] == OPEN else NO_TARGET


def _targets(view: View) -> Block:
    return table(
        ("Clock", "From", "To", *view.severities),
        (
            (
                clock.name,
                moment(clock.starts),
                moment(clock.stops),
                *(cell(view, clock, severity) for severity in view.severities),
            )
            for clock in view.compiled.clocks
        ),
        "The policy sets none.",
    )


def _particulars(view: View) -> Iterator[str]:
    for clock in view.compiled.clocks:
        said = tuple(particular(view, clock))
        if said:
            yield f"{clock.name}: {'; '.join(said)}."


def particular(view: View, clock: ClockSpec) -> Iterator[str]:
    """What is particular about a clock: when it runs, pauses, and starts again."""
    if clock.when:
        yield f"runs only if {listed(condition(text) for text in clock.when)}"
    if clock.no_later_than:
        latest = clock.no_later_than
        yield f"at the latest {target(latest.target)} from {moment(latest.starts)}"
    for roll in _rolls(clock):
        yield (
            f"a limit on a day that {roll.calendar} does not work moves to the next one, {roll.at}"
        )
    if "any" in clock.pauses_on:
        yield "paused by every hold"
    elif clock.pauses_on:
        yield f"paused while on hold for {listed(clock.pauses_on, 'or')}"
    if clock.recurs:
        until = f", until {moment(clock.until)}" if clock.until else ""
        yield f"starts again whenever it stops{until}"
    elif clock.on_repeat is OnRepeat.NEW:
        yield "begins a new run each time it starts"
    yield from _outlived(clock)
    if clock.extendable:
        yield f"may be extended, for a reason, by {authority.may(view, 'extend_clock')}"


def _rolls(clock: ClockSpec) -> tuple[Roll, ...]:
    return tuple(dict.fromkeys(found.rolls for found in clock.within.values() if found.rolls))


def _outlived(clock: ClockSpec) -> Iterator[str]:
    endings = tuple(_ENDINGS) if clock.outlives is True else clock.outlives or ()
    ended = [_ENDINGS[ending] for ending in endings if ending in _ENDINGS]
    if ended:
        yield f"runs on after the incident is {listed(ended, 'or')}"
    if "lower" in endings:
        yield "keeps the target of the highest severity when it is lowered"


def _fired(view: View) -> Iterator[tuple[str, str, str]]:
    for clock in view.compiled.clocks:
        for point in clock.thresholds:
            if point.actions:
                done = "; ".join(action(view, one) for one in point.actions)
                yield clock.name, when(point), done


def when(point: Threshold) -> str:
    """When a threshold fires."""
    if point.name == SHOULD:
        return "at the softer limit"
    if point.offset is not None:
        side = "after" if point.offset.total_seconds() > 0 else "before"
        return f"{duration(abs(point.offset))} {side} the limit"
    return "at the limit" if point.name == LIMIT.name else f"after {point.name} of the time"


def action(view: View, given: Action) -> str:
    """What a threshold sets off."""
    match given.kind:
        case ActionKind.RAISE_SEVERITY if given.target in view.severities:
            return f"raise the severity to {given.target}, if it is less bad"
        case ActionKind.RAISE_SEVERITY:
            return f"make the severity one worse{', once' if given.target else ''}"
        case ActionKind.ASSIGN:
            return f"give {given.target} to {given.to}"
        case ActionKind.HOLD:
            return f"put the incident on hold: {given.target}"
        case _:
            return listed(_effect(effect) for effect in effects_of(given, view.compiled, ""))


def _effect(effect: Effect) -> str:
    match effect:
        case PageNextLevel(level=None):
            return "page the next level, acknowledged or not"
        case PageNextLevel(level=level):
            return f"page level {level}, acknowledged or not"
        case PageRole(target=whom):
            return f"page {whom}"
        case Remind(target=whom):
            return f"remind {whom}"
        case TellAudiences(audiences=audiences):
            return f"notify {listed(audiences)}"
        case OpenLinked(title=title):
            return f"open a linked incident: {title}"
        case _:
            return ""


def targets_in_words(view: View, clock: ClockSpec) -> dict[str, str]:
    """The targets that a clock has, by severity."""
    return {
        severity: target(found)
        for severity in view.severities
        if isinstance(found := clock.within.get(severity), Target)
    }

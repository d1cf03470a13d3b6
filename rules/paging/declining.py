"""What follows if somebody whom the engine paged cannot take the incident on.

The engine pages the next level at once, and does not page them again in this round.
"""

from collections.abc import Iterator

from models.command import DeclineCommand
from models.compiled import EscalationPolicy
from models.incident.escalation import EscalationProgress
from models.incident.record import Incident, TimelineEntry
from models.incident.timeline import PAGE, EntryKind, subject_of
from models.people.party import PartyKind, party_named
from rules.paging.escalation import NO_ESCALATION
from rules.paging.page_lines import PagingLine
from rules.record.decision import Case, Decision, Declined, Outcome, PageNextLevel, Refusal
from states.lifecycle import BEFORE_REVIEW

_NO_PAGE = frozenset(
    {
        EntryKind.PAGE_NOBODY,
        EntryKind.PAGE_OUT_OF_HOURS,
        EntryKind.PAGE_PASSED_OVER,
        EntryKind.PAGE_DECLINED,
        EntryKind.PAGE_WAITS,
    }
)
"""Lines that say whom the engine did not page."""


def decline(case: Case, command: DeclineCommand) -> Outcome:
    """Note that somebody cannot. The escalation then pages the next level at once."""
    state = case.incident.state
    if state not in BEFORE_REVIEW:
        return Refusal("Refused", f"the incident is {state}: nobody is paged for it any more")
    who = case.actor.name
    summary = f"{who} cannot: {command.reason}"
    incident = case.noted(
        case.incident, EntryKind.ESCALATION_DECLINED, summary, reason=command.reason
    )
    declined = Declined(who, command.reason, case.given_at, again=_helps_nobody(case))
    return Decision(incident, summary, (declined,))


def _helps_nobody(case: Case) -> bool:
    """Whether an acknowledgement does not help: its giver cannot, or somebody paged after it."""
    acknowledged = case.incident.milestone("acknowledged")
    if acknowledged is None:
        return False
    who = case.actor.name
    if who in case.incident.paged:
        return True
    later = (e for e in case.incident.timeline if e.recorded_at >= acknowledged.recorded_at)
    return acknowledged.actor.name == who or any(_reaches(entry, who) for entry in later)


def _reaches(entry: TimelineEntry, who: str) -> bool:
    """Whether a line is about a page to a person, or to a channel that they may read."""
    if subject_of(entry.kind) != PAGE or entry.kind in _NO_PAGE:
        return False
    target = party_named(str(entry.data.get("target", "")))
    return entry.data.get("recipient") == who or target.kind is PartyKind.CHANNEL


def with_decliner(progress: EscalationProgress, who: str) -> EscalationProgress:
    """The progress from which this person is not paged again in this round."""
    return progress.changed(declined=tuple(dict.fromkeys((*progress.declined, who))))


def decliners(progress: EscalationProgress, cycle: int) -> tuple[str, ...]:
    """Whom a level of this round does not page. A new round pages everybody again."""
    return progress.declined if cycle == progress.cycle else ()


def page_by_hand(declined: Declined) -> PageNextLevel:
    """The page that somebody who cannot asks for although the incident is acknowledged."""
    return _demand(declined, None)


def page_of_the_following_level(
    declined: Declined,
    progress: EscalationProgress,
    ladder: EscalationPolicy | None,
    incident: Incident,
    *,
    under_way: int,
) -> PageNextLevel | PagingLine:
    """The page that follows because somebody cannot; or the line that says why there is none.

    `under_way` is the level that is being paged, or 0. If a level after theirs was asked for, no
    further one is. After the last level of a round, the next round begins in its time.
    """
    who = declined.by
    if progress.stopped is not None:
        return unmoved_line(who, progress.stopped)
    if ladder is None or not ladder.levels:
        return unmoved_line(who, NO_ESCALATION)
    # If the line of their page has left the record, it was of this level as far as is known.
    known = progress.level if who in incident.paged else 0
    mine = max(_levels_that_paged(who, progress, incident), default=known)
    demanded = (one.level or 0 for one in progress.demanded if not one.beside)
    asked = max(progress.level, under_way, *demanded)
    if not mine:
        return unmoved_line(who, f"{who} was not paged in this round, and will not be")
    if mine < asked:
        return unmoved_line(who, f"level {asked} is asked already")
    if mine >= len(ladder.levels):
        return unmoved_line(who, "no level follows in this round")
    return _demand(declined, mine + 1)


def unmoved_line(who: str, why: str) -> PagingLine:
    """The line that nobody further is paged although somebody cannot."""
    words = f"{who} cannot, and nobody further is paged for that: {why}"
    return PagingLine(EntryKind.ESCALATION_UNMOVED, words, {"person": who})


def _levels_that_paged(who: str, progress: EscalationProgress, incident: Incident) -> Iterator[int]:
    """The levels that paged a person in this round."""
    for entry in incident.timeline:
        data = entry.data
        now = data.get("cycle", progress.cycle) == progress.cycle
        if now and data.get("level") and _reaches(entry, who):
            yield int(data["level"])


def _demand(declined: Declined, level: int | None) -> PageNextLevel:
    why = f"{declined.by} cannot: {declined.reason}"
    return PageNextLevel(why, level, waits=True, by=declined.by, at=declined.at)

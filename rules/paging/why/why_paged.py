"""Why somebody was paged or not, from the record and the policy pinned to it.

A question about 03:12 covers the whole minute, until just before 03:13.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.answers.why import Explanation, WhyAnswer, WhyQuestion, WhyVerdict
from models.compiled import CompiledPolicy, EscalationPolicy, Level, RoleRule
from models.incident.record import Incident
from models.incident.timeline import EntryKind
from models.people.party import PartyKind, party_named
from rules.paging.escalation import NO_ESCALATION
from rules.paging.summary import incidents
from rules.paging.why.story import (
    HELD,
    SENT,
    LadderPosition,
    PageLine,
    held_by,
    ladder_at,
    levels_ahead,
    page_lines,
    pages_of,
    position_at,
)
from rules.people.on_call.words import people_of, schedules_of
from rules.wording.times import in_utc

MINUTE = timedelta(minutes=1)
_FOUND_OUT = frozenset({PartyKind.ROLE, PartyKind.SCHEDULE})
"""Targets that mean a person whom only the page itself found out."""


@dataclass(frozen=True, slots=True)
class _Question:
    """The question about `at`, the record, and its lines about pages."""

    question: WhyQuestion
    incident: Incident
    policy: CompiledPolicy
    at: datetime
    lines: tuple[PageLine, ...]

    @property
    def until(self) -> datetime:
        """The last instant of the answer: the end of the minute, if the question names one."""
        return self.at + MINUTE - timedelta.resolution if self.question.at else self.at

    @property
    def whom(self) -> str:
        """The person or level in question, in words."""
        if self.question.who:
            return self.question.who
        return f"level {self.question.level}" if self.question.level else "nobody"

    def concerns(self, line: PageLine) -> bool:
        """Whether a line is about the person or level in question."""
        question = self.question
        if question.level and line.level != question.level:
            return False
        return question.who is None or line.means(question.who)


def explain(
    question: WhyQuestion, incident: Incident, policy: CompiledPolicy, now: datetime
) -> Explanation:
    """Why the person or level in question was paged or not, at an instant or until `now`."""
    at = question.at or now
    asked = _Question(question, incident, policy, at, page_lines(incident))
    mine = tuple(line for line in asked.lines if asked.concerns(line))
    return Explanation(
        incident=incident.id,
        question=question,
        answers=tuple(_answers(asked, mine)),
        notes=tuple(_notes(incident, at, now)),
        now=now,
    )


def _answers(asked: _Question, mine: tuple[PageLine, ...]) -> Iterator[WhyAnswer]:
    if asked.question.at is None:
        yield from (_told(line) for line in mine)
        if not pages_of(mine) or asked.question.who is None:
            yield _absent(asked, mine)
        return
    then = tuple(line for line in mine if asked.at <= line.at < asked.at + MINUTE)
    yield from (_told(line) for line in then)
    if pages_of(then):
        return
    yield _absent(asked, mine)
    pages = pages_of(mine)
    before = [line for line in pages if line.at < asked.at]
    after = pages[len(before) :]
    yield from (_told(line) for line in (*before[-1:], *after[:1]))


def _notes(incident: Incident, at: datetime, now: datetime) -> Iterator[str]:
    for part in incident.segments:
        yield f"lines {part.first_seq} to {part.last_seq} of the timeline are kept in {part.uri}"
    for entry in incident.timeline:
        if entry.kind == EntryKind.POLICY_ADOPTED and at < entry.recorded_at:
            yield f"another policy was in force then: {entry.summary}"
    if at > now:
        yield f"this is in the future: it is {in_utc(now)} now"


def _told(line: PageLine) -> WhyAnswer:
    if line.kind in SENT:
        return WhyAnswer(verdict=WhyVerdict.PAGED, text=_paged(line), at=line.at, lines=(line.seq,))
    text = f"{line.summary} ({in_utc(line.at)})"
    return WhyAnswer(verdict=WhyVerdict.NOT_PAGED, text=text, at=line.at, lines=(line.seq,))


def _paged(line: PageLine) -> str:
    """How somebody was paged: level, cycle, rule, reason and channel."""
    data = line.data
    by = data["channel"]
    words = f"{line.recipient} was paged at {in_utc(line.at)} by {by}"
    if data.get("summary_of"):
        words += f", in a summary of {incidents(data['summary_of'])}"
    failed = [channel for channel in line.tried if channel != by]
    if failed:
        words += f", after {', '.join(failed)} had failed"
    if line.level:
        rule = f" of the escalation {data['rule']}" if data.get("rule") else ""
        round_ = f", round {int(data['cycle']) + 1}" if data.get("cycle") else ""
        words += f": level {line.level}{rule}{round_}"
        words += f", {data['via']}" if data.get("via") else ""
    return f"{words}; {data.get('reason', 'no reason recorded')} [{data['key']}]"


def _absent(asked: _Question, mine: tuple[PageLine, ...]) -> WhyAnswer:
    """Why there was no page."""
    ladder = ladder_at(asked.policy, asked.incident, asked.until)
    when = f" at {in_utc(asked.at)}" if asked.question.at else ""
    subject = f"{asked.whom} was {'' if asked.whom == 'nobody' else 'not '}paged{when}"
    if asked.question.at is None and pages_of(mine):
        subject = "nobody else was paged"
    why, lines = _reason(asked, ladder)
    return WhyAnswer(
        verdict=WhyVerdict.NOT_PAGED,
        text=f"{subject}: {why}",
        at=asked.question.at,
        lines=lines,
    )


def _reason(asked: _Question, ladder: EscalationPolicy | None) -> tuple[str, tuple[int, ...]]:
    first = asked.incident.timeline[0].recorded_at if asked.incident.timeline else asked.at
    if asked.until < first and not asked.incident.segments:
        return f"the incident was first known at {in_utc(first)}", ()
    if ladder is None:
        return NO_ESCALATION, ()
    if not ladder.levels:
        return f"the escalation then was {ladder.name}, which pages nobody", ()
    levels = _levels_of(asked, ladder)
    if not levels:
        return _never(asked, ladder), ()
    position = position_at(asked.policy, asked.incident, asked.until)
    turn, turn_lines = _last_turn(asked, ladder, levels)
    if any(line.kind == HELD for line in asked.lines if line.seq in turn_lines):
        return turn, turn_lines
    coming = _coming(position, levels)
    words = f"{turn}; {coming}" if turn else coming
    return words + _turns_in(asked, ladder, levels), (*turn_lines, *position.by)


def _levels_of(asked: _Question, ladder: EscalationPolicy) -> tuple[int, ...]:
    """The levels that page the person or level in question."""
    question = asked.question
    numbers = range(1, len(ladder.levels) + 1)
    if question.level:
        return (question.level,) if question.level in numbers else ()
    if question.who is None:
        return tuple(numbers)
    told = {line.level for line in asked.lines if asked.concerns(line) and line.at <= asked.until}
    return tuple(
        n for n in numbers if n in told or _pages(asked, ladder.levels[n - 1], question.who)
    )


def _schedules_of(asked: _Question, level: Level) -> tuple[str, ...]:
    """The schedules of a level in which the person takes turns, or may."""
    specs = {spec.name: spec for spec in asked.policy.schedules}
    named = (specs[name] for name in schedules_of(level.page) if name in specs)
    everybody = asked.policy.people
    return tuple(spec.name for spec in named if asked.question.who in people_of(spec, everybody))


def _turns_in(asked: _Question, ladder: EscalationPolicy, levels: tuple[int, ...]) -> str:
    """The schedules that can mean the person; who is on call is only known at the level's turn."""
    found = dict.fromkeys(
        name for number in levels for name in _schedules_of(asked, ladder.levels[number - 1])
    )
    return f" ({asked.whom} takes turns in {' and '.join(found)})" if found else ""


def _pages(asked: _Question, level: Level, who: str) -> bool:
    for target in level.page:
        party = party_named(target)
        if who in {target, party.name}:
            return True
        rule = asked.policy.role(party.name) or RoleRule(name=party.name)
        if party.kind is PartyKind.ROLE and who in held_by(asked.incident, rule, asked.until):
            return True
    return bool(_schedules_of(asked, level))


def _never(asked: _Question, ladder: EscalationPolicy) -> str:
    """The answer that no level pages the person, or that the level does not exist."""
    count = len(ladder.levels)
    if asked.question.level:
        return f"the escalation {ladder.name} has no level {asked.question.level}; it has {count}"
    named = "; ".join(
        f"level {number} pages {', '.join(level.page)}"
        for number, level in enumerate(ladder.levels, start=1)
    )
    others = _by_others(asked)
    return f"no level of the escalation {ladder.name} pages {asked.whom}: {named}{others}"


def _by_others(asked: _Question) -> str:
    """Whom schedules and roles meant instead, by the pages that were sent."""
    told = {
        target: line.recipient
        for line in asked.lines
        for target in line.targets
        if line.recipient and line.at <= asked.until and party_named(target).kind in _FOUND_OUT
    }
    words = ", ".join(f"{target} was {who}" for target, who in told.items())
    return f" ({words})" if words else ""


def _last_turn(
    asked: _Question, ladder: EscalationPolicy, levels: tuple[int, ...]
) -> tuple[str, tuple[int, ...]]:
    """What came of the last turn of such a level by then, if it did not page the person."""
    if asked.question.who is None and not asked.question.level:
        return "", ()
    turns = [line for line in asked.lines if line.level in levels and line.at <= asked.until]
    if not turns:
        return "", ()
    last = [line for line in turns if line.data.get("asked_at") == turns[-1].data.get("asked_at")]
    own = [line for line in last if asked.concerns(line)]
    if pages_of(own):
        return "", ()
    if own:
        return f"{own[-1].summary} ({in_utc(own[-1].at)})", (own[-1].seq,)
    line = last[-1]
    in_turn = " in turn" if ladder.levels[line.level - 1].in_turn else ""
    who = line.recipient or "nobody"
    had = f"level {line.level} had its turn at {in_utc(line.at)} and paged {who}{in_turn}"
    return had, (line.seq,)


def _coming(position: LadderPosition, levels: tuple[int, ...]) -> str:
    """When such a level would have come, and what prevented it."""
    level, due_at = next(((n, at) for n, at in levels_ahead(position) if n in levels), (0, None))
    named = f"level {level or levels[0]}"
    if position.stopped and due_at:
        return f"{named} was due at {in_utc(due_at)}, but {position.stopped}"
    if position.stopped:
        return position.stopped
    if due_at:
        return f"{named} was not due before {in_utc(due_at)}"
    return f"{named} has had its turn, and there is no further round"

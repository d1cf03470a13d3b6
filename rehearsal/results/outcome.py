"""Compares what was played with what was expected: what is missing, and what is unexpected.

This code is pure. If a scenario expects one message, it must expect every message, except of the
kinds that `any` names. If it expects anything at all, it must expect every refusal.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from models.base import Frozen
from models.people.party import PartyKind, party_named
from models.scenario import MESSAGES, Expectation, Scenario, instant_of
from models.time.clock import ClockReading, Measure
from rehearsal.results.played import (
    IncidentStanding,
    Played,
    ReceivedMessage,
    RefusedAttempt,
)
from rehearsal.scenarios.phrases import offset_words


class Judgement(Frozen):
    """What was expected and did not come, and what came and was not expected."""

    expected: int = 0
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether everything went as the scenario expects."""
        return not self.missing and not self.unexpected


def judge(played: Played, scenario: Scenario) -> Judgement:
    """Compare what was played with the expectations of its scenario."""
    if not scenario.expect:
        return Judgement()
    judging = _Judging(played, scenario)
    missing = tuple(words for expected in scenario.expect for words in judging.missing(expected))
    return Judgement(
        expected=len(scenario.expect), missing=missing, unexpected=tuple(judging.unexpected())
    )


def _has(text: str, words: str | None) -> bool:
    return words is None or " ".join(words.split()).casefold() in text.casefold()


class _Judging:
    """The messages and refusals that no expectation has claimed yet."""

    def __init__(self, played: Played, scenario: Scenario) -> None:
        self._played = played
        self._scenario = scenario
        self._said = list(played.said)
        self._refused = list(played.refused)

    def missing(self, expected: Expectation) -> Iterator[str]:
        """Describe how an expectation is not met; claim the messages that meet it."""
        if expected.kind in MESSAGES:
            yield from self._message(expected)
        elif expected.kind == "refused":
            yield from self._refusal(expected)
        elif expected.kind == "clock":
            yield from self._clock(expected)
        elif expected.kind == "metric":
            yield from self._metric(expected)
        elif expected.kind != "any":
            yield from self._standing(expected)

    def unexpected(self) -> Iterator[str]:
        """Describe messages and refusals that nothing expected."""
        wanted = [expected for expected in self._scenario.expect if expected.kind in MESSAGES]
        free = {kind for expected in self._scenario.expect for kind in expected.any}
        for said in self._said if wanted else ():
            if said.kind not in free:
                yield self.said_words(said)
        for refused in self._refused:
            yield self.refused_words(refused)

    def _offset(self, at: datetime) -> str:
        return offset_words(at, self._scenario.starts)

    def said_words(self, said: ReceivedMessage) -> str:
        """Describe a message in one line."""
        return f"{self._offset(said.at)} {said.kind} {said.who} ({said.because})"

    def refused_words(self, refused: RefusedAttempt) -> str:
        """Describe a refusal in one line."""
        lacks = f" (missing: {'; '.join(refused.missing)})" if refused.missing else ""
        return (
            f"{self._offset(refused.at)} {refused.what} by {refused.by} refused: "
            f"{refused.because}{lacks}"
        )

    def _instant(self, moment: timedelta | datetime) -> datetime:
        return instant_of(moment, self._scenario.starts)

    def _window(self, expected: Expectation) -> tuple[datetime, datetime]:
        """The instants, both included, between which a message is expected."""
        if expected.within is not None:
            first, last = expected.within
            return self._instant(first), self._instant(last)
        at = self._instant(expected.at or timedelta())
        return at, at + self._played.slack

    def _message(self, expected: Expectation) -> Iterator[str]:
        first, last = self._window(expected)
        taken: list[ReceivedMessage] = []
        for who in getattr(expected, expected.kind):
            fits = [
                said
                for said in self._said
                if said.kind == expected.kind
                and first - timedelta(seconds=1) <= said.at <= last
                and _is(said, who)
                and expected.incident in {None, said.incident}
                and expected.by in {None, said.channel}
                and _has(said.because, expected.because)
            ]
            if fits:
                self._said.remove(fits[0])
                taken.append(fits[0])
            elif not any(_is(said, who) for said in taken):
                yield self._message_words(expected, who)

    def _message_words(self, expected: Expectation, who: str) -> str:
        first, last = self._window(expected)
        when = (
            f"at {self._offset(first)}"
            if expected.within is None
            else (f"between {self._offset(first)} and {self._offset(last)}")
        )
        why = f" by {expected.by}" if expected.by else ""
        why += f" because {expected.because}" if expected.because else ""
        same = [s for s in self._played.said if s.kind == expected.kind and _is(s, who)]
        heard = ", ".join(f"{self._offset(s.at)} ({s.because})" for s in same[:4])
        instead = f"; came at {heard}" if same else "; it never came"
        return f"{expected.kind} {who} {when}{why}{instead}"

    def _refusal(self, expected: Expectation) -> Iterator[str]:
        what = str(expected.refused).replace("-", "_")
        for refused in self._refused:
            text = f"{refused.because} {'; '.join(refused.missing)}"
            if (
                refused.what == what
                and expected.by in {None, refused.by}
                and expected.incident in {None, refused.incident}
                and _has(text, expected.because)
                and (expected.at is None or self._instant(expected.at) == refused.at)
            ):
                self._refused.remove(refused)
                return
        why = f" because {expected.because}" if expected.because else ""
        yield f"{what} refused{why}; it was not refused"

    def _standings(self, expected: Expectation) -> tuple[IncidentStanding, ...]:
        at = self._instant(expected.at) if expected.at is not None else None
        every = self._played.standings(at)
        if expected.incident is not None:
            return tuple(found for found in every if found.incident == expected.incident)
        return every[-1:]

    def _standing(self, expected: Expectation) -> Iterator[str]:
        wanted = expected.held_by if expected.role else getattr(expected, expected.kind)
        what = f"{expected.role} held by" if expected.role else expected.kind
        found = [_stands(expected, standing) for standing in self._standings(expected)]
        if wanted not in found:
            when = f" at {self._offset(self._instant(expected.at))}" if expected.at else ""
            instead = found[0] or "nobody" if found else "no incident"
            yield f"{what} {wanted}{when}; found {instead}"

    def _metric(self, expected: Expectation) -> Iterator[str]:
        when = f" at {self._offset(self._instant(expected.at))}" if expected.at else ""
        metrics = [m for standing in self._standings(expected) for m in standing.metrics]
        found = [m for m in metrics if m.metric == expected.metric]
        wanted = expected.elapsed or timedelta()
        if not any(abs(m.elapsed - wanted) <= self._played.slack for m in found):
            measure = found[-1].measure if found else Measure.ELAPSED
            instead = _shown(found[-1].elapsed, measure) if found else "no such figure"
            yield f"metric {expected.metric}{when}: {_shown(wanted, measure)}; found {instead}"

    def _clock(self, expected: Expectation) -> Iterator[str]:
        when = f" at {self._offset(self._instant(expected.at))}" if expected.at else ""
        standings = self._standings(expected)
        if not standings:
            yield f"clock {expected.clock}{when}; there is no such incident"
            return
        every = (r for s in standings for r in (*s.told, *s.clocks))
        runs = sorted((r for r in every if r.clock == expected.clock), key=lambda r: r.run)
        if expected.runs is not None and len(runs) != expected.runs:
            yield f"clock {expected.clock}{when}: {expected.runs} runs; found {len(runs)}"
        wants = expected.model_fields_set & set(_WANTS)
        if not wants:
            return
        chosen = [r for r in runs if expected.run in {None, r.run}]
        if not chosen:
            run = f" run {expected.run}" if expected.run else ""
            yield f"clock {expected.clock}{run}{when}; it never ran"
            return
        reading = chosen[-1]
        name = expected.clock if reading.run == 1 else f"{expected.clock} ({reading.run})"
        for key in (key for key in _WANTS if key in wants):
            wanted = getattr(expected, key)
            if key == "breach_at":
                wanted = self._instant(wanted)
            found = _of_reading(reading, key)
            if not _agrees(key, found, wanted, reading, self._played.slack):
                words = [_shown(value, reading.measure) for value in (wanted, found)]
                yield f"clock {name}{when}: {key} {words[0]}; found {words[1]}"


_WANTS = ("status", "elapsed", "late_by", "target", "breach_at")


def _is(said: ReceivedMessage, who: str) -> bool:
    """Whether `who`, a name or `role:NAME`, heard this."""
    party = party_named(who)
    if party.kind is PartyKind.ROLE:
        return said.target == who or party.name in said.roles
    return said.who == party.name


def _stands(expected: Expectation, standing: IncidentStanding) -> str | None:
    if expected.role:
        return standing.roles.get(expected.role)
    return standing.state if expected.state else standing.severity


def _of_reading(reading: ClockReading, key: str) -> Any:
    return reading.status.value if key == "status" else getattr(reading, key)


def _agrees(key: str, found: Any, wanted: Any, reading: ClockReading, slack: timedelta) -> bool:
    if key == "status":
        return wanted in {reading.status.value, reading.stage.value}
    if found is None:
        return key == "late_by" and wanted == timedelta()
    return bool(abs(found - wanted) <= slack)


def _shown(value: Any, measure: Measure) -> str:
    if isinstance(value, timedelta):
        return offset_words(value, days=measure.has_days)
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else str(value)

"""What follows what: ids, lines that nobody has seen, and where somebody goes on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.answers.lines import Lines, LinesAsked
from models.base import Actor
from models.incident.record import TimelineEntry
from rules.record import unseen_lines as answering
from rules.record.unseen_lines import lines_of
from tests.specimens import an_incident
from web.events.story import Event, EventId, Log, Story, by_recording, event_id, event_of
from web.events.viewers import MOST_WAITING, Viewer, Why

AT = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)


def entry(seq: int, size: int = 10) -> TimelineEntry:
    """A line, recorded so many minutes after the first."""
    at = AT + timedelta(minutes=seq)
    fields: dict[str, Any] = {"kind": "note.added", "actor": Actor(name="ana", via="web")}
    return TimelineEntry(seq=seq, happened_at=AT, recorded_at=at, summary="x" * size, **fields)


def answer(*numbers: int, last: int | None = None, size: int = 10) -> Lines:
    """The answer of an incident with these lines."""
    top = last if last is not None else numbers[-1]
    return Lines(entries=tuple(entry(n, size) for n in numbers), first=1, last=top)


def seqs(events: tuple[Event, ...]) -> list[int]:
    """The numbers of lines."""
    return [event.seq for event in events]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("INC-261130-712ACH1K/17", EventId("INC-261130-712ACH1K", 17)),
        ("INC-1/0", EventId("INC-1", 0)),
        ("INC-1/", None),
        ("INC-1/-1", None),
        ("INC-1/1/2", None),
        ("/7", None),
        ("17", None),
        ("INC-1/\u0661", None),
        (f"{'x' * 201}/1", None),
        ("INC-1/1234567890", None),
    ],
)
def test_an_id_names_an_incident_and_a_line(text: str, known: EventId | None) -> None:
    """Anything else is no id."""
    assert event_id(text) == known
    assert known is None or str(known) == text


def test_each_line_is_new_once() -> None:
    """However often it is read."""
    story = Story("INC-1")
    assert seqs(story.take(answer(3, 4))) == [3, 4]
    assert seqs(story.take(answer(3, 4, 5))) == [5]
    assert seqs(story.take(answer(last=5))) == []
    assert (story.floor, story.top) == (2, 5)
    assert story.covers(2)
    assert not story.covers(1)
    assert seqs(story.after(3)) == [4, 5]


def test_lines_that_are_away_leave_no_hole() -> None:
    """After a shortened timeline, only what is known without a gap is promised."""
    story = Story("INC-1")
    story.take(answer(1, 2))
    assert seqs(story.take(answer(7, 8))) == [7, 8]
    assert (story.floor, story.top) == (6, 8)
    assert not story.covers(2)


def test_what_is_kept_of_an_incident_is_bounded() -> None:
    """The oldest lines go, and are no longer promised."""
    story = Story("INC-1", most_bytes=3000)
    story.take(answer(*range(1, 11), size=1000))
    assert story.top == 10
    assert story.floor == 10 - len(story.after(0))
    assert not story.covers(0)
    assert sum(len(event.data) for event in story.after(0)) <= 3000


def test_whoever_comes_back_gets_what_was_sent_since_in_its_order() -> None:
    """Also if it was not recorded in that order; an unknown id is said to be so."""
    log = Log()
    late, early = event_of("INC-2", entry(9)), event_of("INC-1", entry(3))
    for event in (event_of("INC-1", entry(2)), late, early):
        assert log.take(event)
    assert not log.take(late)
    assert log.after(EventId("INC-1", 2)) == (late, early)
    assert log.after(EventId("INC-1", 3)) == ()
    assert log.after(EventId("INC-1", 1)) is None
    assert by_recording([late, early]) == [early, late]


def test_an_incident_answers_with_the_lines_that_nobody_has_seen() -> None:
    """By number or by instant; as much as an answer holds, and always one line."""
    incident = an_incident().changed(timeline=tuple(map(entry, range(5, 9))), next_seq=9)
    every = lines_of(incident, LinesAsked())
    assert [each.seq for each in every.entries] == [5, 6, 7, 8]
    assert (every.first, every.last, every.more) == (5, 8, False)
    assert [e.seq for e in lines_of(incident, LinesAsked(after=6)).entries] == [7, 8]
    since = LinesAsked(recorded_after=AT + timedelta(minutes=7))
    assert [each.seq for each in lines_of(incident, since).entries] == [8]
    nothing = lines_of(incident.changed(timeline=()), LinesAsked())
    assert (nothing.entries, nothing.first, nothing.last) == ((), 9, 8)


def test_a_heavy_answer_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says whether more follows."""
    monkeypatch.setattr(answering, "ANSWER_BYTES", 1000)
    incident = an_incident().changed(timeline=tuple(entry(n, 900) for n in (1, 2, 3)), next_seq=4)
    seen, parts = -1, []
    while True:
        part = lines_of(incident, LinesAsked(after=seen))
        parts.append([each.seq for each in part.entries])
        seen = part.entries[-1].seq
        if not part.more:
            break
    assert parts == [[1], [2], [3]]


def test_a_reader_that_falls_behind_is_sent_away_and_holds_nothing() -> None:
    """It goes on by the last id that it got; the others are not affected."""
    slow, other = Viewer(), Viewer()
    event = event_of("INC-1", entry(1))
    for _ in range(MOST_WAITING + 1):
        slow.take(event)
    other.take(event)
    assert (slow.ended, len(slow.waiting)) == (Why.BEHIND, 0)
    slow.take(event)
    assert (len(slow.waiting), len(other.waiting), other.ended) == (0, 1, None)

"""Keep what people say: the note and the reasons of a command go onto its timeline entry.

The summary of an entry is short; what does not fit goes into its data.
"""

from collections.abc import Iterator
from dataclasses import replace

from models.incident.record import TimelineEntry
from models.incident.timeline import SAID
from models.payload import Command
from rules.record.decision import Case, Decision, Refusal
from rules.record.timeline import SUMMARY_BOUND
from rules.wording.sentences import shortened


def with_words(decision: Decision, case: Case, command: Command) -> Decision:
    """The decision, with all texts of the command on its timeline entry."""
    mine = _line_of(decision, case)
    if mine is None:
        return decision
    note = command.note
    said = f" ({note})" if note and note[:SUMMARY_BOUND] not in _whole(decision, mine) else ""
    if said and len(mine.summary) < SUMMARY_BOUND:
        summary = (mine.summary + said)[:SUMMARY_BOUND]
    else:
        summary = mine.summary
    left = {name: text for name, text in _texts(command) if text not in summary}
    told = mine.changed(summary=summary, data={**mine.data, **left})
    timeline = tuple(told if entry is mine else entry for entry in decision.incident.timeline)
    incident = decision.incident.changed(timeline=timeline)
    return Decision(incident, decision.summary + said, decision.effects)


def with_words_of_request(refusal: Refusal, case: Case, command: Command) -> Refusal:
    """A refusal that asks for approval, with the requester's words for those who may give it."""
    leaves = refusal.leaves
    return replace(refusal, leaves=with_words(leaves, case, command)) if leaves else refusal


def words_of(command: Command | None) -> tuple[tuple[str, str], ...]:
    """The texts of a refused command, shortened."""
    texts = _texts(command) if command else ()
    return tuple((name, shortened(text, SUMMARY_BOUND)) for name, text in texts)


def _line_of(decision: Decision, case: Case) -> TimelineEntry | None:
    """The entry of the command: the one with the same summary as the decision, or the first."""
    fresh = [e for e in decision.incident.timeline if e.seq >= case.incident.next_seq]
    told = (e for e in fresh if e.summary == decision.summary[:SUMMARY_BOUND])
    return next(told, fresh[0] if fresh else None)


def _whole(decision: Decision, line: TimelineEntry) -> str:
    """The summary of an entry before it was cut."""
    same = decision.summary[:SUMMARY_BOUND] == line.summary
    return decision.summary if same else line.summary


def _texts(command: Command) -> Iterator[tuple[str, str]]:
    for name in SAID:
        text = getattr(command, name, "")
        if isinstance(text, str) and text:
            yield name, text

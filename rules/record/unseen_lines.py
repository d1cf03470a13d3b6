"""Which lines of a timeline somebody who follows it has not seen."""

from models.answers.lines import Lines, LinesAsked
from models.incident.record import Incident, TimelineEntry
from rules.record.carried import size

ANSWER_BYTES = 256 * 1024
"""An answer leaves in one message with what the workflow orders, so it has a bound."""


def lines_of(incident: Incident, asked: LinesAsked) -> Lines:
    """The lines that were asked for, as many as an answer holds, and at least one."""
    timeline = incident.timeline
    unseen = [entry for entry in timeline if _unseen(entry, asked)]
    taken, weight = 0, 0
    for entry in unseen:
        weight += size(entry)
        if taken and weight > ANSWER_BYTES:
            break
        taken += 1
    return Lines(
        entries=tuple(unseen[:taken]),
        first=timeline[0].seq if timeline else incident.next_seq,
        last=incident.next_seq - 1,
        more=taken < len(unseen),
    )


def _unseen(entry: TimelineEntry, asked: LinesAsked) -> bool:
    if entry.seq <= asked.after:
        return False
    return asked.recorded_after is None or entry.recorded_at > asked.recorded_after

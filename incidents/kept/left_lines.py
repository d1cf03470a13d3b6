"""The lines of a timeline that a run left in its history, because the document store was down."""

from hashlib import sha256

import structlog
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from incidents.kept.from_history import replayed
from models.contracts.archive import ArchiveRunInput
from models.contracts.incident import INCIDENT_WORKFLOW, Carried, IncidentInput
from models.incident.record import Incident, TimelineSegment
from rules.record.carried import as_json, in_history

log = structlog.get_logger(__name__)

Lines = tuple[TimelineSegment, str]
"""A part of a timeline: where it belongs, and its lines as JSON."""


async def left_lines(
    history: WorkflowHistory, run: ArchiveRunInput, converter: DataConverter
) -> tuple[Lines, ...]:
    """The lines that an ended run left behind, which only its history has; usually none.

    A part whose lines do not have the recorded digest is left out.
    """
    left = [
        segment
        for segment in (await _passed_on(history, converter)).segments
        if segment.uri == in_history(run.workflow_id, run.run_id)
    ]
    if not left:
        return ()
    carried = await replayed(history, converter, silent=False)
    taken = [(segment, _lines(carried, segment)) for segment in left]
    for segment, lines in taken:
        if lines is None:
            log.warning("segment.lost", incident_id=run.workflow_id, uri=segment.uri)
    return tuple((segment, lines) for segment, lines in taken if lines is not None)


class _Nothing:
    """What a run passed on that is no run of an incident, or did not end by itself."""

    segments: tuple[TimelineSegment, ...] = ()


async def _passed_on(history: WorkflowHistory, converter: DataConverter) -> Incident | _Nothing:
    """The record that a run passed on when it ended."""
    first, last = history.events[0], history.events[-1]
    begun = first.workflow_execution_started_event_attributes
    if begun.workflow_type.name != INCIDENT_WORKFLOW:
        return _Nothing()
    if last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
        given = last.workflow_execution_continued_as_new_event_attributes.input
        [start] = await converter.decode(given.payloads, [IncidentInput])
        carried = start.carried
    elif last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
        given = last.workflow_execution_completed_event_attributes.result
        [carried] = await converter.decode(given.payloads, [Carried])
    else:
        carried = None
    return carried.incident if carried else _Nothing()


def _lines(carried: Carried | None, segment: TimelineSegment) -> str | None:
    """The lines of a part; None if the record has other lines, or could not be replayed."""
    if carried is None:
        return None
    first, last = segment.first_seq, segment.last_seq
    lines = as_json(tuple(e for e in carried.incident.timeline if first <= e.seq <= last))
    return lines if sha256(lines.encode()).hexdigest() == segment.sha256 else None

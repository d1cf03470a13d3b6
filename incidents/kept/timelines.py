"""The older entries of a long timeline, which are stored among the documents."""

from hashlib import sha256

import structlog
from pydantic import TypeAdapter, ValidationError

from connectors.documents.protocol import (
    DocumentMissing,
    DocumentStore,
    DocumentTooLarge,
    beside,
    safe_name,
)
from models.incident.record import Incident, TimelineEntry, TimelineSegment

log = structlog.get_logger(__name__)

_ENTRIES = TypeAdapter(tuple[TimelineEntry, ...])


def segment_path(incident_id: str, first_seq: int, last_seq: int) -> str:
    """The path of a segment of an incident's timeline."""
    return f"incidents/{safe_name(incident_id)}/timeline/{first_seq}-{last_seq}.json"


async def with_whole_timeline(documents: DocumentStore, incident: Incident) -> Incident:
    """The incident with its archived entries; a segment that cannot be read stays a reference.

    Raises ConnectorError if the store fails.
    """
    entries: list[TimelineEntry] = []
    unread: list[TimelineSegment] = []
    for segment in incident.segments:
        found = await _entries(documents, incident.id, segment)
        if found is None:
            unread.append(segment)
        else:
            entries.extend(found)
    timeline = (*entries, *incident.timeline)
    return incident.changed(timeline=timeline, segments=tuple(unread))


async def _entries(
    documents: DocumentStore, incident_id: str, segment: TimelineSegment
) -> tuple[TimelineEntry, ...] | None:
    path = segment_path(incident_id, segment.first_seq, segment.last_seq)
    for place in (path, beside(path, segment.sha256)):
        try:
            data = await documents.get(place)
            if sha256(data).hexdigest() == segment.sha256:
                return _ENTRIES.validate_json(data)
        except (DocumentMissing, DocumentTooLarge, ValidationError):
            continue
    log.warning("segment.unreadable", incident_id=incident_id, uri=segment.uri)
    return None

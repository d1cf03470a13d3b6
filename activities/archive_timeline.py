"""archive_timeline: the older entries of a long timeline move to the document store."""

from hashlib import sha256

import structlog
from pydantic import TypeAdapter, ValidationError
from temporalio import activity

from connectors.documents.protocol import (
    DocumentMissing,
    DocumentStore,
    beside,
    put_beside,
    safe_name,
)
from connectors.errors import ConnectorError
from connectors.failures import store_failure
from models.contracts import ARCHIVE_TIMELINE, ArchiveTimeline
from models.incident import Incident, TimelineEntry, TimelineSegment

log = structlog.get_logger(__name__)

_ENTRIES = TypeAdapter(tuple[TimelineEntry, ...])


def segment_path(incident_id: str, first_seq: int, last_seq: int) -> str:
    """Where a segment of an incident's timeline is kept."""
    return f"incidents/{safe_name(incident_id)}/timeline/{first_seq}-{last_seq}.json"


async def with_whole_timeline(documents: DocumentStore, incident: Incident) -> Incident:
    """The incident with its archived entries; a segment that cannot be read stays named.

    Raises ConnectorError where the store fails.
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
        except (DocumentMissing, ValidationError):
            continue
    log.warning("segment.unreadable", incident_id=incident_id, uri=segment.uri)
    return None


class ArchiveTimelineActivity:
    """Writes `incidents/<id>/timeline/<first>-<last>.json`."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    @activity.defn(name=ARCHIVE_TIMELINE)
    async def archive_timeline(self, request: ArchiveTimeline) -> TimelineSegment:
        """Keep the entries; returns where they are and their hash."""
        path = segment_path(request.incident_id, request.first_seq, request.last_seq)
        try:
            stored = await put_beside(self._documents, path, request.entries_json.encode())
        except ConnectorError as error:
            raise store_failure(error) from None
        return TimelineSegment(
            uri=stored.uri,
            sha256=stored.sha256,
            first_seq=request.first_seq,
            last_seq=request.last_seq,
        )

"""archive_timeline: the older entries of a long timeline move to the document store."""

from temporalio import activity

from activities.failures import store_failure
from connectors.documents.protocol import DocumentStore, safe_name
from connectors.errors import ConnectorError
from models.contracts import ARCHIVE_TIMELINE, ArchiveTimeline
from models.incident import TimelineSegment


def segment_path(incident_id: str, first_seq: int, last_seq: int) -> str:
    """Where a segment of an incident's timeline is kept."""
    return f"incidents/{safe_name(incident_id)}/timeline/{first_seq}-{last_seq}.json"


class ArchiveTimelineActivity:
    """Writes `incidents/<id>/timeline/<first>-<last>.json`."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    @activity.defn(name=ARCHIVE_TIMELINE)
    async def archive_timeline(self, request: ArchiveTimeline) -> TimelineSegment:
        """Keep the entries; returns where they are and their hash."""
        path = segment_path(request.incident_id, request.first_seq, request.last_seq)
        try:
            stored = await self._documents.put(path, request.entries_json.encode())
        except ConnectorError as error:
            raise store_failure(error) from None
        return TimelineSegment(
            uri=stored.uri,
            sha256=stored.sha256,
            first_seq=request.first_seq,
            last_seq=request.last_seq,
        )

"""archive_timeline: moves older entries of a long timeline to the document store."""

from temporalio import activity

from connectors.documents.protocol import DocumentStore, put_beside
from connectors.errors import ConnectorError
from connectors.temporal_failures import store_failure
from incidents.kept.timelines import segment_path
from models.contracts.archive import ARCHIVE_TIMELINE, ArchiveTimeline
from models.incident.record import TimelineSegment


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

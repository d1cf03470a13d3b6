"""archive_run: keeps the history of an ended run beyond the namespace's retention.

It also takes the lines of the timeline out of the history that the run left there, because the
document store was down, and keeps them with the other old parts of the timeline.
"""

import asyncio
import json
from datetime import timedelta

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowHistory
from temporalio.exceptions import ApplicationError

from connectors.documents.protocol import DocumentStore, put_beside, safe_name
from connectors.errors import ConnectorError
from connectors.temporal_failures import store_failure
from incidents.kept.archives import RunGone, RunStillOpen, history_of
from incidents.kept.left_lines import left_lines
from incidents.kept.timelines import segment_path
from models.contracts.archive import ARCHIVE_RUN, ArchivedRun, ArchiveRunInput

log = structlog.get_logger(__name__)

STILL_OPEN = "RunStillOpen"
RUN_GONE = "RunGone"
_LONGEST_WAIT_EXPONENT = 8


class ArchiveRunActivity:
    """Writes `archive/<workflow_id>/<run_id>.json`, which Temporal's tools can replay."""

    def __init__(self, client: Client, documents: DocumentStore) -> None:
        self._client = client
        self._documents = documents

    @activity.defn(name=ARCHIVE_RUN)
    async def archive_run(self, request: ArchiveRunInput) -> ArchivedRun:
        """Keep the history. Fails retryably while the run is open, permanently if it is gone."""
        try:
            history = await history_of(self._client, request)
        except RunStillOpen:
            raise _still_open() from None
        except RunGone:
            gone = "the server does not know this run"
            raise ApplicationError(gone, type=RUN_GONE, non_retryable=True) from None
        data = await asyncio.to_thread(_as_json, history)
        path = f"archive/{safe_name(request.workflow_id)}/{safe_name(request.run_id)}.json"
        try:
            stored = await put_beside(self._documents, path, data)
            parts = await left_lines(history, request, self._client.data_converter)
            for part, lines in parts:
                place = segment_path(request.workflow_id, part.first_seq, part.last_seq)
                await put_beside(self._documents, place, lines.encode())
        except ConnectorError as error:
            raise store_failure(error) from None
        log.info("run.archived", workflow_id=request.workflow_id, run_id=request.run_id)
        return ArchivedRun(
            uri=stored.uri, sha256=stored.sha256, events=len(history.events), parts=len(parts)
        )


def _as_json(history: WorkflowHistory) -> bytes:
    return json.dumps(history.to_json_dict(), sort_keys=True, indent=1).encode()


def _still_open() -> ApplicationError:
    """The wait before the next try: from one second up to four minutes."""
    wait = 2 ** min(activity.info().attempt - 1, _LONGEST_WAIT_EXPONENT)
    return ApplicationError(
        "the run has not ended yet", type=STILL_OPEN, next_retry_delay=timedelta(seconds=wait)
    )

"""Keeping what outgrows a run: old parts of timelines, and histories of runs that ended."""

from pydantic import Field

from models.base import Frozen

ARCHIVE_WORKFLOW = "ArchiveRun"
ARCHIVE_TIMELINE = "archive_timeline"
BEGIN_ARCHIVE = "begin_archive"
ARCHIVE_RUN = "archive_run"


class ArchiveTimeline(Frozen):
    """Input of archive_timeline: entries that leave the carried state."""

    incident_id: str
    first_seq: int
    last_seq: int
    entries_json: str


class ArchiveRunInput(Frozen):
    """Archive one run of an incident after it has ended."""

    workflow_id: str = Field(min_length=1, max_length=1000)
    run_id: str = Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class ArchivedRun(Frozen):
    """Where the document store keeps the history of a run.

    `parts` is the number of parts of the timeline that were taken from the history.
    """

    uri: str
    sha256: str
    events: int
    parts: int = 0

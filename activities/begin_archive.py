"""begin_archive: a workflow of its own archives a run once that has ended."""

from temporalio import activity
from temporalio.client import Client

from incidents.kept.archives import begin_archive
from models.contracts import BEGIN_ARCHIVE, ArchiveRunInput
from rules.paging.urgency import home_of


class BeginArchiveActivity:
    """Starts the archive of a run on the task queue that the activity itself runs on."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=BEGIN_ARCHIVE)
    async def begin_archive(self, request: ArchiveRunInput) -> str:
        """Start it, unless it runs or has succeeded; returns its workflow id."""
        return await begin_archive(self._client, request, home_of(activity.info().task_queue))

"""begin_archive: starts the workflow that archives a run after it ends."""

from temporalio import activity
from temporalio.client import Client

from incidents.kept.archives import begin_archive
from models.contracts.archive import BEGIN_ARCHIVE, ArchiveRunInput
from rules.paging.urgency import home_of


class BeginArchiveActivity:
    """Starts archives on the task queue on which this activity runs."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name=BEGIN_ARCHIVE)
    async def begin_archive(self, request: ArchiveRunInput) -> str:
        """Start it, unless it runs or has succeeded; returns its workflow id."""
        return await begin_archive(self._client, request, home_of(activity.info().task_queue))

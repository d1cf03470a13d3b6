"""A stage for each scenario."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.scenarios.stage import Stage


@pytest.fixture
async def stage(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[Stage]:
    """A stage with its worker running."""
    made = Stage(time_skipping, task_queue, tmp_path / "documents")
    async with made.worker():
        yield made

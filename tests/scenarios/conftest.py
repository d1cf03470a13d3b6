"""A stage, or an alert group, for each scenario."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.scenarios.siren import Siren
from tests.scenarios.stage import Stage


@pytest.fixture
async def stage(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[Stage]:
    """A stage with its worker running."""
    made = Stage(time_skipping, task_queue, tmp_path / "documents")
    async with made.worker():
        yield made


@pytest.fixture
async def siren(
    time_skipping: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> AsyncIterator[Siren]:
    """A group under the default grouping, its worker running."""
    made = Siren(time_skipping, task_queue, tmp_path)
    async with made.worker():
        yield made
    await made.dismissed()

"""Real servers for the tests."""

import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from workflows.visibility import KEYS

TEMPORAL = str(Path(sys.executable).parent / "temporal")


@pytest.fixture(scope="session")
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A dev server on which time is skipped, for scenarios of hours and days."""
    env = await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=TEMPORAL,
        data_converter=pydantic_data_converter,
        ts_config=TimeSkippingConfig(enabled=False),
        search_attributes=list(KEYS.values()),
        dev_server_log_level="error",
        dev_server_extra_args=[
            "--dynamic-config-value",
            "frontend.WorkflowTimeSkippingEnabled=true",
            "--dynamic-config-value",
            'history.timerProcessorMaxTimeShift="10ms"',
        ],
    )
    async with env:
        yield env


@pytest.fixture
def task_queue() -> str:
    """A task queue of its own for each test."""
    return uuid.uuid4().hex[:12]

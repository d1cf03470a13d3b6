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


async def time_skipping_server(*dynamic_config: str) -> WorkflowEnvironment:
    """A dev server with a virtual clock for each workflow. The API is experimental: only here."""
    values = (
        "frontend.WorkflowTimeSkippingEnabled=true",
        'history.timerProcessorMaxTimeShift="10ms"',
        *dynamic_config,
    )
    return await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=TEMPORAL,
        data_converter=pydantic_data_converter,
        ts_config=TimeSkippingConfig(enabled=False),
        search_attributes=list(KEYS.values()),
        dev_server_log_level="never",
        dev_server_extra_args=[part for v in values for part in ("--dynamic-config-value", v)],
    )


@pytest.fixture(scope="session")
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A dev server on which time is skipped, for scenarios of hours and days."""
    async with await time_skipping_server() as env:
        yield env


@pytest.fixture
def task_queue() -> str:
    """A task queue of its own for each test."""
    return uuid.uuid4().hex[:12]

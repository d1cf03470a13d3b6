"""Namespaces as an operator finds them, and our programs as an operator starts them."""

import asyncio
import os
import sys
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from runtime.settings import ROOT

Bare = Callable[[], Coroutine[object, object, Client]]


@pytest.fixture
def bare_namespace(server: WorkflowEnvironment) -> Bare:
    """Makes a namespace with only Temporal's own attributes, and a client of it."""

    async def made() -> Client:
        name = f"bare-{uuid.uuid4().hex[:8]}"
        keep = Duration()
        keep.FromTimedelta(timedelta(days=1))
        await server.client.workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=keep)
        )
        config = server.client.service_client.config
        return await Client.connect(config.target_host, namespace=name)

    return made


@dataclass(frozen=True)
class Ended:
    """How a program ended, and its output."""

    code: int
    out: str
    err: str


async def program(*arguments: str, **environment: str) -> Ended:
    """Run one of our programs to its end."""
    process = await started(*arguments, **environment)
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def started(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    """Start one of our programs."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def reaching(client: Client) -> dict[str, str]:
    """The environment in which a program reaches the same namespace."""
    return {
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": client.namespace,
    }

"""The text of a policy is kept under the hash that incidents name, so that auditors find it."""

import uuid
from hashlib import sha256
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.keep_policy import KeepPolicyActivity
from connectors.documents.local import LocalDocumentStore
from incidents.kept.policies import have_policy_kept
from models.contracts.documents import DocumentWritten
from runtime.worker.lanes import Workers
from workflows.keep_policy import KeepPolicy


def a_policy() -> tuple[bytes, str]:
    """A file with byte-order mark and unusual line ends, and its hash."""
    source = f"\ufeffpolicy: caf\u00e9 {uuid.uuid4()}\r\n\n".encode()
    return source, sha256(source).hexdigest()


async def test_a_policy_is_kept_byte_for_byte_and_once(
    server: WorkflowEnvironment, task_queue: str, documents: LocalDocumentStore
) -> None:
    """Workers keep it for every client that starts an incident, however far away it is."""
    source, digest = a_policy()
    handle = server.client.get_workflow_handle(
        f"policy-{task_queue}-{digest}", result_type=DocumentWritten
    )
    async with Workers(
        server.client,
        task_queue=task_queue,
        workflows=[KeepPolicy],
        activities=[KeepPolicyActivity(documents, documents.root / "none.yaml").keep_policy],
    ):
        await have_policy_kept(server.client, source, task_queue)
        kept = await handle.result()
        first = (await handle.describe()).run_id
        await have_policy_kept(server.client, source, task_queue)
    assert Path(documents.root, "policies", f"{digest}.yaml").read_bytes() == source
    assert kept.sha256 == digest
    assert (await handle.describe()).run_id == first


async def test_a_server_that_does_not_answer_stops_no_incident(
    server: WorkflowEnvironment, task_queue: str
) -> None:
    """Nothing is raised, and the next incident tries again."""
    config = server.client.service_client.config
    stranger = await Client.connect(
        config.target_host, namespace="nowhere", data_converter=server.client.data_converter
    )
    source, digest = a_policy()
    await have_policy_kept(stranger, source, task_queue)
    await have_policy_kept(server.client, source, task_queue)
    handle = server.client.get_workflow_handle(f"policy-{task_queue}-{digest}")
    assert (await handle.describe()).task_queue == task_queue
    await handle.terminate()

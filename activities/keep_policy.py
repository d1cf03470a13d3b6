"""keep_policy: the text of a policy in the document store, under the hash that incidents name."""

from datetime import timedelta
from hashlib import sha256

import structlog
from temporalio import activity
from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.failures import store_failure
from connectors.documents.protocol import DocumentStore
from connectors.errors import ConnectorError
from models.contracts import KEEP_POLICY, KEEP_POLICY_WORKFLOW, DocumentWritten, PolicyText
from rules.urgency import LEAST_URGENT

log = structlog.get_logger(__name__)

PROBE_TIMEOUT = timedelta(seconds=2)

_kept: set[tuple[str, str]] = set()
"""The task queues and hashes that this process has asked for: once is enough."""


async def have_policy_kept(client: Client, source: bytes, task_queue: str) -> None:
    """Have the workers of `task_queue` keep a policy that an incident begins with.

    Whoever starts an incident may be far from the document store; what travels through Temporal
    reaches it. Raises nothing: no incident waits for its policy to be kept.
    """
    digest = sha256(source).hexdigest()
    if (task_queue, digest) in _kept:
        return
    try:
        await client.start_workflow(
            KEEP_POLICY_WORKFLOW,
            PolicyText(text=source.decode()),
            id=f"policy-{task_queue}-{digest}",
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            static_summary=f"keep policy {digest}",
            priority=Priority(priority_key=LEAST_URGENT),
            rpc_timeout=PROBE_TIMEOUT,
        )
    except WorkflowAlreadyStartedError:
        pass
    except (RPCError, UnicodeDecodeError) as error:
        log.warning("policy.unkept", policy_hash=digest, error=type(error).__name__)
        return
    _kept.add((task_queue, digest))


class KeepPolicyActivity:
    """Writes `policies/<SHA-256>.yaml`."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    @activity.defn(name=KEEP_POLICY)
    async def keep_policy(self, request: PolicyText) -> DocumentWritten:
        """Keep it, byte for byte; raises ApplicationError, to be tried again where that helps."""
        data = request.text.encode()
        digest = sha256(data).hexdigest()
        try:
            stored = await self._documents.put(f"policies/{digest}.yaml", data)
        except ConnectorError as error:
            raise store_failure(error) from None
        log.info("policy.kept", policy_hash=digest, uri=stored.uri)
        return DocumentWritten(name="policy", uri=stored.uri, sha256=stored.sha256)

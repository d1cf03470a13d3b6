"""Stores the text of a policy under the hash that incidents name."""

from hashlib import sha256

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from incidents import patience
from models.contracts.policies import KEEP_POLICY_WORKFLOW, PolicyText
from rules.paging.urgency import WorkKind, rank

_kept: set[tuple[str, str]] = set()
"""The task queues and hashes that this process has asked for: once is enough."""


def policy_path(digest: str) -> str:
    """The path of a policy with this hash among the documents."""
    return f"policies/{digest}.yaml"


def in_force_path(digest: str) -> str:
    """Where it is kept that the policy of a hash was in force by the file of a worker."""
    return f"policies/{digest}.in-force"


def keeping_id(task_queue: str, source: bytes) -> str:
    """The id of the workflow that keeps a policy for the workers of a task queue."""
    return f"policy-{task_queue}-{sha256(source).hexdigest()}"


async def have_policy_kept(client: Client, source: bytes, task_queue: str) -> None:
    """Ask the workers of `task_queue` to store a policy with which an incident begins.

    The caller may have no access to the document store; a request through Temporal reaches it.
    Raises nothing, because no incident waits for its policy to be stored.
    """
    digest = sha256(source).hexdigest()
    if (task_queue, digest) in _kept:
        return
    try:
        await client.start_workflow(
            KEEP_POLICY_WORKFLOW,
            PolicyText(text=source.decode()),
            id=keeping_id(task_queue, source),
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            static_summary=f"keep policy {digest}",
            priority=Priority(*rank(WorkKind.CHORE)),
            rpc_timeout=patience.KEEPING,
        )
    except WorkflowAlreadyStartedError:
        pass
    except (RPCError, UnicodeDecodeError) as error:
        import structlog  # noqa: PLC0415 - slow to load, and seldom needed

        log = structlog.get_logger(__name__)
        log.warning("policy.unkept", policy_hash=digest, error=type(error).__name__)
        return
    _kept.add((task_queue, digest))

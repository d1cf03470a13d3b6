"""A policy file as an incident carries it.

What reads policies is imported when a file is read: most commands need none.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio.client import Client

from activities.keep_policy import have_policy_kept
from console.sending import Order, standing
from models.compiled import CompiledPolicy
from runtime.settings import load_settings

if TYPE_CHECKING:
    from policies.catalogue import LoadedPolicy


def read_policy(path: Path) -> "LoadedPolicy":
    """A policy file that was checked. Raises PolicyBroken."""
    from policies.catalogue import policy_in_force  # noqa: PLC0415 - see above

    return policy_in_force(path)


def compiled_policy(path: Path, service: str | None = None) -> CompiledPolicy:
    """What an incident of `service` carries of a policy file.

    Raises PolicyBroken, or PolicyTooLarge.
    """
    from policies.compile import compile_policy  # noqa: PLC0415 - see above

    loaded = read_policy(path)
    return compile_policy(loaded.policy, loaded.policy_hash, service)


async def for_its_service(client: Client, order: Order, path: Path) -> Order:
    """The order to adopt a policy, with the escalation of the incident's own service.

    Raises `Failure`: unknown incident, server not reachable.
    """
    known = await standing(client, order.incident_id)
    policy = compiled_policy(path, known.service).model_dump(mode="json")
    await have_policy_kept(client, read_policy(path).source, load_settings().task_queue)
    return replace(order, payload={**order.payload, "policy": policy})

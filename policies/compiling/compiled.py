"""A policy file that was read is compiled once for all incidents of a service."""

from models.compiled import CompiledPolicy
from policies.compiling.policy import compile_policy
from policies.reading.loaded import LoadedPolicy

KEPT = 32
"""How many compiled policies a process keeps, over all files and services."""

_kept: tuple[tuple[LoadedPolicy, str | None, CompiledPolicy], ...] = ()


def compiled(loaded: LoadedPolicy, service: str | None = None) -> CompiledPolicy:
    """What an incident of `service` carries of a policy.

    A file that changes is read as another `LoadedPolicy`, which is compiled anew. Raises
    PolicyTooLarge above 64 KiB.
    """
    global _kept  # noqa: PLW0603 - if two threads set it, one result is lost and compiled again
    for before, of_service, policy in _kept:
        if before is loaded and of_service == service:
            return policy
    policy = compile_policy(loaded.policy, loaded.policy_hash, service)
    _kept = ((loaded, service, policy), *_kept[: KEPT - 1])
    return policy

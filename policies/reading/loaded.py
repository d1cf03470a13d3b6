"""A usable policy, and what is known of its file."""

from dataclasses import dataclass

from models.policy import Policy
from policies.reading.problems import Problem
from policies.reading.unspecified import AS_WRITTEN, ReadValues


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A usable policy, its content hash, and the bytes of its file.

    `read_values` is what it leaves open and what it does without.
    """

    policy: Policy
    policy_hash: str
    source: bytes
    warnings: tuple[Problem, ...] = ()
    read_values: ReadValues = AS_WRITTEN

"""A usable policy, and what is known of its file."""

from dataclasses import dataclass

from models.policy import Policy
from policies.reading.problems import Problem
from policies.reading.silence import AS_WRITTEN, ReadValues


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A usable policy, its content hash, and the bytes of its file.

    `heard` is what it leaves open and what it does without.
    """

    policy: Policy
    policy_hash: str
    source: bytes
    warnings: tuple[Problem, ...] = ()
    heard: ReadValues = AS_WRITTEN

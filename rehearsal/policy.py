"""The policy that is rehearsed: of a folder of versions, the one that is in force at an instant."""

from datetime import datetime
from pathlib import Path

from models.compiled import CompiledPolicy
from models.intake import IntakeRules
from policies.catalogue import policy_in_force
from policies.compile import compile_intake, compile_policy
from rehearsal.played import PolicyPlayed


class RehearsedPolicy:
    """A policy file, or a folder of its versions, as incidents and intake have it.

    Whatever is asked raises PolicyBroken or PolicyTooLarge where it cannot be used.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def rules(self, at: datetime) -> IntakeRules:
        """What intake decides by."""
        return compile_intake(policy_in_force(self.file, at).policy)

    def compiled(self, service: str | None, at: datetime) -> CompiledPolicy:
        """What an incident of `service` carries."""
        loaded = policy_in_force(self.file, at)
        return compile_policy(loaded.policy, loaded.policy_hash, service)

    def named(self, at: datetime) -> PolicyPlayed:
        """What it is called."""
        compiled = self.compiled(None, at)
        return PolicyPlayed(
            file=_shown(self.file),
            name=compiled.name,
            version=compiled.version,
            policy_hash=compiled.policy_hash,
        )


def _shown(file: Path) -> str:
    """A file as it is found from where we are."""
    whole = file.resolve()
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)

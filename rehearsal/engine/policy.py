"""The rehearsed policy: in a folder of versions, the one in force at an instant."""

from datetime import datetime
from pathlib import Path

from models.compiled import CompiledPolicy
from models.intake import IntakeRules
from models.policy import Policy
from policies.catalogue import policy_in_force
from policies.compiling.compiled import compiled
from policies.compiling.policy import compile_intake
from rehearsal.results.played import PolicyPlayed


class RehearsedPolicy:
    """A policy file, or a folder of its versions, for incidents and intake.

    Every method raises PolicyBroken or PolicyTooLarge if the policy cannot be used.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def rules(self, at: datetime) -> IntakeRules:
        """The rules of the policy for the web server."""
        return compile_intake(policy_in_force(self.file, at).policy)

    def whole(self, at: datetime) -> Policy:
        """The policy as its author wrote it."""
        return policy_in_force(self.file, at).policy

    def compiled(self, service: str | None, at: datetime) -> CompiledPolicy:
        """What an incident of `service` carries."""
        return compiled(policy_in_force(self.file, at), service)

    def named(self, at: datetime) -> PolicyPlayed:
        """The policy's name, version and hash."""
        compiled = self.compiled(None, at)
        return PolicyPlayed(
            file=_shown(self.file),
            name=compiled.name,
            version=compiled.version,
            policy_hash=compiled.policy_hash,
        )


def _shown(file: Path) -> str:
    """The path of a file from the working directory."""
    whole = file.resolve()
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)

"""The policy in force, as the web server applies it."""

from datetime import UTC, datetime
from pathlib import Path

from models.compiled import CompiledPolicy
from models.intake import IntakeRules
from policies.catalogue import PolicyBroken, policy_in_force
from policies.compiling.policy import PolicyTooLarge, compile_intake, compile_policy
from policies.reading.loaded import LoadedPolicy
from web.http.errors import unavailable


class PolicyInForce:
    """Reads the file when it changes. A broken policy is a 503, because somebody may repair it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rules: tuple[str, IntakeRules] | None = None

    def rules(self) -> IntakeRules:
        """The rules of the policy for the web server. Raises Refused."""
        loaded = self.in_force()
        if self._rules is None or self._rules[0] != loaded.policy_hash:
            self._rules = (loaded.policy_hash, compile_intake(loaded.policy))
        return self._rules[1]

    def compiled(self, service: str | None) -> tuple[CompiledPolicy, bytes]:
        """What an incident of `service` carries, and the file it comes from. Raises Refused."""
        loaded = self.in_force()
        try:
            return compile_policy(loaded.policy, loaded.policy_hash, service), loaded.source
        except PolicyTooLarge as error:
            raise unavailable("PolicyBroken", str(error)) from None

    def in_force(self) -> LoadedPolicy:
        """The policy itself. Raises Refused."""
        try:
            return policy_in_force(self._file, datetime.now(UTC))
        except PolicyBroken:
            message = (
                f"the policy {self._file.name} cannot be used; "
                "python starter.py policy check says what is wrong with it"
            )
            raise unavailable("PolicyBroken", message) from None

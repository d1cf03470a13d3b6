"""The policies that the web server knows: the one in force, and those kept."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from incidents.kept.known_policies import document_of_source, policy_named, policy_with_hash
from models.answers.view import IncidentView
from models.compiled import CompiledPolicy
from models.intake import IntakeRules
from policies.catalogue import PolicyBroken, policy_in_force
from policies.compiling.compiled import compiled
from policies.compiling.policy import PolicyTooLarge, compile_intake
from policies.reading.loaded import LoadedPolicy
from web.http.errors import Refused, unavailable


class PolicyInForce:
    """Reads the file when it changes. A broken policy is a 503, because somebody may repair it.

    `documents` is the folder that keeps the policies of incidents.
    """

    def __init__(self, file: Path, documents: Path | None = None) -> None:
        self._file = file
        self._documents = documents or file.parent
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
        return carried(loaded, service), loaded.source

    def pinned(self, view: IncidentView) -> CompiledPolicy | None:
        """The policy of an incident, if it is the one in force: it says what can be chosen."""
        try:
            if self.in_force().policy_hash != view.policy_hash:
                return None
            return self.compiled(view.incident.report.service)[0]
        except Refused:
            return None

    def in_force(self) -> LoadedPolicy:
        """The policy itself. Raises Refused."""
        try:
            return policy_in_force(self._file, datetime.now(UTC))
        except PolicyBroken:
            raise self._broken() from None

    def severities(self) -> tuple[str, ...]:
        """The severities, the worst first; none if the policy cannot be used."""
        try:
            return tuple(self.in_force().policy.severities)
        except Refused:
            return ()

    def time_zone(self) -> str:
        """The time zone of the policy; UTC if the policy cannot be used."""
        try:
            return self.in_force().policy.time_zone
        except Refused:
            return "UTC"

    async def known(
        self, digest: str | None = None, name: str | None = None, version: str | None = None
    ) -> LoadedPolicy | None:
        """The policy with a hash, or with a name and version; without any, the one in force.

        None if the installation does not know it. Raises Refused.
        """
        now = datetime.now(UTC)
        given = (self._file, self._documents)
        try:
            if digest:
                return await asyncio.to_thread(policy_with_hash, *given, digest, now)
            return await asyncio.to_thread(policy_named, *given, name, version, now)
        except PolicyBroken:
            raise self._broken() from None
        except OSError as error:
            why = f"the kept policies cannot be read: {error.strerror or 'the store fails'}"
            raise unavailable("DocumentsNotReachable", why) from None

    def _broken(self) -> Refused:
        message = (
            f"the policy {self._file.name} cannot be used; "
            "python starter.py policy check says what is wrong with it"
        )
        return unavailable("PolicyBroken", message)


def carried(loaded: LoadedPolicy, service: str | None) -> CompiledPolicy:
    """What an incident of `service` carries of a policy. Raises Refused."""
    try:
        return compiled(loaded, service)
    except PolicyTooLarge as error:
        raise unavailable("PolicyBroken", str(error)) from None


async def document_in_markdown(loaded: LoadedPolicy) -> str:
    """The document of a policy. Raises Refused."""
    try:
        return await asyncio.to_thread(document_of_source, loaded.source)
    except PolicyTooLarge as error:
        raise unavailable("PolicyBroken", str(error)) from None

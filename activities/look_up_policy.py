"""look_up_policy: finds a policy by its hash, compiled as an incident carries it.

The installation knows the policies that came into force: the texts kept when incidents began under
them, and the versions in the worker's own policy file whose date has come.
"""

import asyncio
from hashlib import sha256
from pathlib import Path

import structlog
from temporalio import activity

from connectors.documents.protocol import DocumentMissing, DocumentStore, DocumentTooLarge
from connectors.errors import ConnectorError
from connectors.temporal_failures import store_failure
from incidents.kept.policies import in_force_path, policy_path
from incidents.schedules.calendars import with_calendars
from models.compiled import CompiledPolicy
from models.contracts.policies import LOOK_UP_POLICY, PolicyFound, PolicyWanted
from policies.catalogue import source_in_force
from policies.check import problems_of
from policies.compiling.policy import PolicyTooLarge, compile_policy
from policies.reading.load import LARGEST_BYTES, parse_policy
from policies.reading.problems import errors_of

log = structlog.get_logger(__name__)


class LookUpPolicyActivity:
    """Finds policies among the documents and in the worker's policy file."""

    def __init__(self, documents: DocumentStore, policy_file: Path) -> None:
        self._documents = documents
        self._policy_file = policy_file

    @activity.defn(name=LOOK_UP_POLICY)
    async def look_up_policy(self, request: PolicyWanted) -> PolicyFound:
        """The policy, or why it cannot be adopted. Raises ApplicationError if the store fails."""
        source = await self._kept(request) or await asyncio.to_thread(
            source_in_force, self._policy_file, request.policy_hash, request.now
        )
        if source is None:
            words = "the installation knows no policy with this hash: only a policy that came"
            return PolicyFound(problem=f"{words} into force can be adopted")
        found = await asyncio.to_thread(_compiled, source, request)
        log.info("policy.looked_up", policy_hash=request.policy_hash, problem=found.problem)
        return found

    async def _kept(self, request: PolicyWanted) -> bytes | None:
        """The text kept under the hash, if it has that hash."""
        try:
            if not await self._documents.exists(in_force_path(request.policy_hash)):
                return None
            source = await self._documents.get(policy_path(request.policy_hash), LARGEST_BYTES)
        except (DocumentMissing, DocumentTooLarge):
            return None
        except ConnectorError as error:
            raise store_failure(error) from None
        return source if sha256(source).hexdigest() == request.policy_hash else None


def _compiled(source: bytes, request: PolicyWanted) -> PolicyFound:
    read = parse_policy(source, request.policy_hash)
    errors = errors_of(problems_of(read))
    if read.policy is None or errors:
        first = f": {errors[0]}" if errors else ""
        return PolicyFound(problem=f"the policy with this hash has errors{first}")
    try:
        compiled = compile_policy(read.policy, request.policy_hash, request.service)
    except PolicyTooLarge as error:
        return PolicyFound(problem=str(error))
    return PolicyFound(
        problem=_another(compiled, request),
        policy=with_calendars(compiled, request.since_at, request.now),
    )


def _another(compiled: CompiledPolicy, request: PolicyWanted) -> str:
    """Why the policy with this hash is not the one that was named."""
    named = (request.policy_name or compiled.name, request.policy_version or compiled.version)
    if named == (compiled.name, compiled.version):
        return ""
    return f"the policy with this hash is {compiled.name} {compiled.version}, not {' '.join(named)}"

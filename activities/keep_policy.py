"""keep_policy: keeps the text of a policy under the hash that incidents name."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import structlog
from temporalio import activity

from connectors.documents.protocol import DocumentStore
from connectors.errors import ConnectorError
from connectors.temporal_failures import store_failure
from incidents.kept.policies import in_force_path, policy_path
from models.contracts.documents import DocumentWritten
from models.contracts.policies import KEEP_POLICY, PolicyText
from policies.catalogue import source_in_force

log = structlog.get_logger(__name__)


class KeepPolicyActivity:
    """Writes `policies/<SHA-256>.yaml`."""

    def __init__(self, documents: DocumentStore, policy_file: Path) -> None:
        self._documents = documents
        self._policy_file = policy_file

    @activity.defn(name=KEEP_POLICY)
    async def keep_policy(self, request: PolicyText) -> DocumentWritten:
        """Keep it, byte for byte. Raises ApplicationError, retryable if that can help."""
        data = request.text.encode()
        digest = sha256(data).hexdigest()
        try:
            stored = await self._documents.put(policy_path(digest), data)
            if await asyncio.to_thread(self._in_force, digest):
                await self._documents.put(in_force_path(digest), digest.encode())
        except ConnectorError as error:
            raise store_failure(error) from None
        log.info("policy.kept", policy_hash=digest, uri=stored.uri)
        return DocumentWritten(name="policy", uri=stored.uri, sha256=stored.sha256)

    def _in_force(self, digest: str) -> bool:
        """Whether the worker's own file says so: anybody may send a text to be kept."""
        return source_in_force(self._policy_file, digest, datetime.now(UTC)) is not None

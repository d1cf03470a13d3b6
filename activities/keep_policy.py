"""keep_policy: keeps the text of a policy under the hash that incidents name."""

from hashlib import sha256

import structlog
from temporalio import activity

from connectors.documents.protocol import DocumentStore
from connectors.errors import ConnectorError
from connectors.failures import store_failure
from incidents.kept.policies import kept_at
from models.contracts.documents import DocumentWritten
from models.contracts.policies import KEEP_POLICY, PolicyText

log = structlog.get_logger(__name__)


class KeepPolicyActivity:
    """Writes `policies/<SHA-256>.yaml`."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    @activity.defn(name=KEEP_POLICY)
    async def keep_policy(self, request: PolicyText) -> DocumentWritten:
        """Keep it, byte for byte. Raises ApplicationError, retryable if that can help."""
        data = request.text.encode()
        digest = sha256(data).hexdigest()
        try:
            stored = await self._documents.put(kept_at(digest), data)
        except ConnectorError as error:
            raise store_failure(error) from None
        log.info("policy.kept", policy_hash=digest, uri=stored.uri)
        return DocumentWritten(name="policy", uri=stored.uri, sha256=stored.sha256)

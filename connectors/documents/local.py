"""Documents in a local directory."""

from hashlib import sha256
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore

from connectors.documents.protocol import (
    LARGEST_BYTES,
    STORE,
    DocumentConflict,
    DocumentMissing,
    DocumentTooLarge,
    StoredDocument,
    checked_path,
)
from connectors.errors import RetryableError
from connectors.private_files import private_folder

PART_BYTES = 1024 * 1024


class LocalDocumentStore:
    """Keeps documents below `root`, and creates it if it is missing.

    Several processes may write to one directory: creation is atomic.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        if not self.root.exists():
            private_folder(self.root)
        self._store = LocalStore(self.root)

    async def put(self, path: str, data: bytes) -> StoredDocument:
        """Keep `data` under `path`; see the protocol."""
        digest = sha256(data).hexdigest()
        uri = (self.root / checked_path(path)).as_uri()
        try:
            await obstore.put_async(self._store, path, data, mode="create", use_multipart=False)
        except AlreadyExistsError:
            if not await self._holds(path, data):
                raise DocumentConflict(STORE, f"{path} already holds another document") from None
            return StoredDocument(uri=uri, sha256=digest, created=False)
        except (BaseError, OSError) as error:
            raise _unreachable(path, error) from None
        return StoredDocument(uri=uri, sha256=digest, created=True)

    async def _holds(self, path: str, data: bytes) -> bool:
        """Whether exactly these bytes are kept under `path`."""
        try:
            return await self.get(path, len(data)) == data
        except DocumentTooLarge:
            return False

    async def get(self, path: str, most: int = LARGEST_BYTES) -> bytes:
        """The document kept under `path`; see the protocol."""
        held = bytearray()
        try:
            found = await obstore.get_async(self._store, checked_path(path))
            if found.meta["size"] <= most:
                async for part in found.stream(PART_BYTES):
                    held += part
                    if len(held) > most:
                        break
                else:
                    return bytes(held)
        except (NotFoundError, FileNotFoundError):
            raise DocumentMissing(STORE, f"there is no document {path}") from None
        except (BaseError, OSError) as error:
            raise _unreachable(path, error) from None
        raise DocumentTooLarge(STORE, f"{path} is larger than {most} bytes")

    async def exists(self, path: str) -> bool:
        """Whether anything is kept under `path`; see the protocol."""
        try:
            await obstore.head_async(self._store, checked_path(path))
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError) as error:
            raise _unreachable(path, error) from None
        return True


def _unreachable(path: str, error: Exception) -> RetryableError:
    return RetryableError(STORE, f"{path} cannot be reached ({type(error).__name__})")

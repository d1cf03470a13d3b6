"""Keeps the last good copies of feeds in a directory, so that they survive a restart."""

import json
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from connectors.feeds.protocol import Copy, version
from connectors.feeds.settings import FeedSettings
from connectors.private import private_folder


def place_of(settings: FeedSettings) -> str:
    """A digest that distinguishes addresses and does not reveal them."""
    return sha256(str(settings.url or settings.path).encode()).hexdigest()


class Copies:
    """One file for each feed. Several processes may share the directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _file(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.json"

    def load(self, name: str, place: str) -> Copy | None:
        """The kept copy of a feed at this place; None if no readable one exists.

        A copy from another place does not count, nor does one of the future.
        """
        try:
            kept = json.loads(self._file(name).read_text(encoding="utf-8"))
            if kept["place"] != place:
                return None
            as_of, text = datetime.fromisoformat(kept["as_of"]), kept["text"]
            if as_of > datetime.now(UTC) or not isinstance(text, str):
                return None
            return Copy(text, as_of, version(kept.get("etag")), version(kept.get("last_modified")))
        except Exception:  # noqa: BLE001 - whatever is in the file, it is no copy
            return None

    def save(self, name: str, place: str, copy: Copy) -> None:
        """Replace the copy before this one, atomically. Raises OSError."""
        private_folder(self._folder)
        kept = {
            "place": place,
            "as_of": copy.as_of.isoformat(),
            "etag": copy.etag,
            "last_modified": copy.last_modified,
            "text": copy.text,
        }
        number, written = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as stream:
                json.dump(kept, stream)
            Path(written).replace(self._file(name))
        except BaseException:
            with suppress(OSError):
                Path(written).unlink()
            raise

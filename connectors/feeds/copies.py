"""Keeps the last good copies of feeds, and what they say, so that both survive a restart."""

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from connectors.feeds.ical import FeedEvents
from connectors.feeds.own_process import read_back, written
from connectors.feeds.protocol import FeedCopy, version_header
from connectors.feeds.settings import FeedSettings
from connectors.private_files import private_folder
from connectors.untrusted_files import read_regular

LARGEST_BYTES = 64 * 1024 * 1024
"""No copy and no reading is larger: JSON writes a character with at most six bytes."""


def place_of(settings: FeedSettings) -> str:
    """A digest that distinguishes addresses and does not reveal them."""
    return sha256(str(settings.url or settings.path).encode()).hexdigest()


def digest_of(text: str) -> str:
    """What distinguishes the texts of feeds."""
    return sha256(text.encode(errors="replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class KeptReading:
    """What a text says about the time between two instants."""

    digest: str
    since: datetime
    until: datetime
    said: FeedEvents


class FeedCopies:
    """Two files for each feed: its copy, and what that says about the present.

    Several processes may share the directory.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _file(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.json"

    def load(self, name: str, place: str) -> FeedCopy | None:
        """The kept copy of a feed at this place; None if no readable one exists.

        A copy from another place, or from the future, does not count.
        """
        try:
            kept = json.loads(read_regular(self._file(name), LARGEST_BYTES))
            if kept["place"] != place:
                return None
            as_of, text = datetime.fromisoformat(kept["as_of"]), kept["text"]
            if as_of > datetime.now(UTC) or not isinstance(text, str):
                return None
            return FeedCopy(
                text,
                as_of,
                version_header(kept.get("etag")),
                version_header(kept.get("last_modified")),
            )
        except Exception:  # noqa: BLE001 - whatever is in the file, it is no copy
            return None

    def load_reading(self, name: str, text: str) -> KeptReading | None:
        """What a text of a feed says, as an earlier process read it; None if none is kept."""
        try:
            kept = json.loads(read_regular(self._reading(name), LARGEST_BYTES))
            since, until = (datetime.fromisoformat(kept[key]) for key in ("since", "until"))
            if kept["digest"] != digest_of(text) or since.tzinfo is None or until.tzinfo is None:
                return None
            return KeptReading(kept["digest"], since, until, read_back(kept["said"]))
        except Exception:  # noqa: BLE001 - whatever is in the file, it is no reading
            return None

    def save_reading(self, name: str, reading: KeptReading) -> None:
        """Replace the reading before this one, atomically. Raises OSError."""
        kept = {
            "digest": reading.digest,
            "since": reading.since.isoformat(),
            "until": reading.until.isoformat(),
            "said": written(reading.said),
        }
        self._write(self._reading(name), kept)

    def save(self, name: str, place: str, copy: FeedCopy) -> None:
        """Replace the copy before this one, atomically. Raises OSError."""
        kept = {
            "place": place,
            "as_of": copy.as_of.isoformat(),
            "etag": copy.etag,
            "last_modified": copy.last_modified,
            "text": copy.text,
        }
        self._write(self._file(name), kept)

    def _reading(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.events"

    def _write(self, file: Path, kept: dict[str, Any]) -> None:
        private_folder(self._folder)
        number, part = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as stream:
                json.dump(kept, stream)
            Path(part).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(part).unlink()
            raise

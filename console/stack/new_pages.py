"""New pages with their links, read from the file of the channel `log`: for `dev` to print."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = "messages.jsonl"
READ_AT_ONCE = 256 * 1024
"""Bytes that one reading takes; the next one goes on there."""
LONGEST_LINE = 64 * 1024
WORDS = 200


def environment_of(file: Path) -> dict[str, str]:
    """The settings that make the channel `log` write every message to `file`, with its link."""
    return {
        "INCIDENT_CHANNELS__LOG__KIND": "log",
        "INCIDENT_CHANNELS__LOG__PATH": str(file),
        "INCIDENT_CHANNELS__LOG__LINKS": "true",
    }


class NewPages:
    """Reads the lines that are added to the file from now on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = file.stat().st_size if file.exists() else 0
        self._skips = False

    def lines(self) -> Iterator[str]:
        """Two lines for each new page: who is paged for what, and the link."""
        for line in self._added():
            said = _message(line)
            link = said.get("respond_url")
            if isinstance(link, str):
                yield f"To {str(said.get('recipient'))[:WORDS]}: {str(said.get('subject'))[:WORDS]}"
                yield f"  {link}"

    def _added(self) -> list[bytes]:
        """The whole lines that came since the last reading, as far as one reading goes."""
        try:
            with self._file.open("rb") as file:
                if file.seek(0, 2) < self._read:
                    self._read = 0  # somebody emptied it
                file.seek(self._read)
                added = file.read(READ_AT_ONCE)
        except OSError:
            return []
        whole, newline, rest = added.rpartition(b"\n")
        if not newline:
            # A line that goes on for longer than this is not of ours.
            self._skips = self._skips or len(rest) > LONGEST_LINE
            self._read += len(rest) if self._skips else 0
            return []
        self._read += len(whole) + len(newline)
        lines = whole.split(b"\n")[1 if self._skips else 0 :]
        self._skips = False
        return [line for line in lines if len(line) <= LONGEST_LINE]


def _message(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}

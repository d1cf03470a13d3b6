"""The console's stream, and the file of a log."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.fakes.counterparts.counterpart import Counterpart, Fate, Taken

_NO_OTHER_SIDE: Mapping[Fate, str] = {
    Fate.REFUSED: "nobody refuses a line",
    Fate.BUSY: "nobody counts the lines",
    Fate.SILENT: "a line waits for no answer",
    Fate.RESET: "there is no connection",
    Fate.LOST_ANSWER: "a line that is written is known to be written",
    Fate.TELLING: "nobody answers",
}


class ConsoleCounterpart(Counterpart):
    """A stream in memory."""

    lacks = _NO_OTHER_SIDE

    def __init__(self) -> None:
        self._written = io.StringIO()
        self.stream = self._written

    @property
    def settings(self) -> dict[str, Any]:
        """Only the kind."""
        return {"kind": "console"}

    def meets(self, fate: Fate) -> None:
        """The stream is closed."""
        self._written.close()

    @property
    def taken(self) -> list[Taken]:
        """One for each line."""
        written = self._written.getvalue().removesuffix("\n").split("\n")
        return [Taken((line,)) for line in written if line]


class LogCounterpart(Counterpart):
    """A file of its own."""

    lacks = _NO_OTHER_SIDE

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        self._file = Path(self._folder.name) / "messages.jsonl"

    async def end(self) -> None:
        """Remove the file."""
        self._folder.cleanup()

    @property
    def settings(self) -> dict[str, Any]:
        """The file."""
        return {"kind": "log", "path": str(self._file)}

    def meets(self, fate: Fate) -> None:
        """A folder is in the place of the file."""
        self._file.unlink(missing_ok=True)
        self._file.mkdir()

    @property
    def taken(self) -> list[Taken]:
        """One for each line of JSON."""
        if not self._file.is_file():
            return []
        written = self._file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        return [of_json(json.loads(line)) for line in written]


def of_json(said: dict[str, Any]) -> Taken:
    """A message as the engine writes it in JSON."""
    lines = (said["subject"], said["reason"], said["recipient"], said["severity"])
    answer = said.get("respond_url", "")
    text = "\n".join([said["body"], *said["facts"].values(), *([answer] if answer else [])])
    return Taken(lines, text=text, key=said["key"])

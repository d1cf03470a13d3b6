"""Finds who attends an event, by e-mail address, however the tool writes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MOST = 50
LONGEST = 254
"""Characters of an address that mail can reach (RFC 5321)."""
_SCHEME = "mailto:"
_WRITTEN = 1000
"""The most characters of an address as it is written."""
_ABSENT = frozenset({"DECLINED", "DELEGATED"})


@dataclass(frozen=True, slots=True)
class Attending:
    """Addresses of attendees: those who come or have not answered, and those who declined."""

    coming: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()


def attending(given: Any) -> Attending:
    """Read the attendees from the ATTENDEE properties of an event."""
    entries: Iterable[Any] = given if isinstance(given, list) else [given] if given else ()
    coming: dict[str, None] = {}
    declined: dict[str, None] = {}
    for entry in entries:
        parameters = getattr(entry, "params", {})
        absent = str(parameters.get("PARTSTAT", "")).upper() in _ABSENT
        for address in (_address(str(entry)), _address(str(parameters.get("EMAIL", "")))):
            if address:
                (declined if absent else coming)[address] = None
    return Attending(tuple(coming)[:MOST], tuple(declined)[:MOST])


def _address(written: str) -> str | None:
    """The address, with or without `mailto:` before it (even twice); None if it is no address."""
    if len(written) > _WRITTEN:
        return None
    text = written.strip().lower()
    while text.startswith(_SCHEME):
        text = text.removeprefix(_SCHEME).strip()
    text = text.strip("<>").partition("?")[0]
    if len(text) > LONGEST:
        return None
    name, _, host = text.partition("@")
    return text if name and host and ":" not in text and not set(text) & set(" ,;") else None

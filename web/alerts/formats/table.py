"""The table of formats: each name is a file here that has a FORMAT."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from web.alerts.formats.format import Format

NAMES = ("alertmanager",)
"""The formats try to recognise a body in this order."""


def formats_of(names: Iterable[str]) -> dict[str, Format]:
    """Load formats by name: each is the FORMAT of the file with that name."""
    return {name: import_module(f"web.alerts.formats.{name}").FORMAT for name in names}


FORMATS = formats_of(NAMES)


def recognised(body: Any) -> Format | None:
    """The format of a body; None if no format recognises it."""
    return next((each for each in FORMATS.values() if each.recognises(body)), None)


def in_words() -> str:
    """Name all formats in a sentence."""
    return ", ".join(f"{each.words} ({each.name})" for each in FORMATS.values())

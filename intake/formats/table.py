"""The formats that there are: each name is a file here that has a FORMAT."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from intake.formats.format import Format

NAMES = ("alertmanager",)
"""In this order a body is recognised."""


def formats_of(names: Iterable[str]) -> dict[str, Format]:
    """The formats of these names: each is the FORMAT of the file that is called so."""
    return {name: import_module(f"intake.formats.{name}").FORMAT for name in names}


FORMATS = formats_of(NAMES)


def recognised(body: Any) -> Format | None:
    """The format that a body is meant to be of; None if no format knows it."""
    return next((each for each in FORMATS.values() if each.recognises(body)), None)


def in_words() -> str:
    """All formats in a sentence."""
    return ", ".join(f"{each.words} ({each.name})" for each in FORMATS.values())

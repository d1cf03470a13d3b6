"""Whether a text says anything, and several statements as one."""

from collections.abc import Iterable

from models.readable import in_a_line, made_visible, readable

__all__ = ["blank", "in_a_line", "made_visible", "readable", "sentences"]


def blank(text: str) -> bool:
    """Whether `text` says nothing: no character of it can be seen."""
    return not readable(text).strip()


def sentences(parts: Iterable[str]) -> str:
    """Several statements, one after the other; the last has no full stop, as one alone has none."""
    return " ".join(p if p.endswith("?") else f"{p}." for p in parts).removesuffix(".")

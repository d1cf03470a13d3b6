"""Whether a text says anything, and several statements as one."""

from collections.abc import Iterable

from models.readable import in_a_line, made_visible, readable

__all__ = ["blank", "in_a_line", "made_visible", "readable", "sentences", "shortened"]


def blank(text: str) -> bool:
    """Whether `text` is blank: it has no visible character."""
    return not readable(text).strip()


def sentences(parts: Iterable[str]) -> str:
    """Several statements, one after the other; the last has no full stop, like a single one."""
    return " ".join(p if p.endswith("?") else f"{p}." for p in parts).removesuffix(".")


def shortened(text: str, bound: int) -> str:
    """`text` within `bound` characters; an ellipsis at its end says that it was cut."""
    return text if len(text) <= bound else f"{text[: bound - 1]}…"

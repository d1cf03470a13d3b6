"""Several statements as one text, and a text within a bound."""

from collections.abc import Iterable


def sentences(parts: Iterable[str]) -> str:
    """Several statements, one after the other; the last has no full stop, like a single one."""
    return " ".join(p if p.endswith("?") else f"{p}." for p in parts).removesuffix(".")


def shortened(text: str, bound: int) -> str:
    """`text` within `bound` characters; an ellipsis at its end says that it was cut."""
    return text if len(text) <= bound else f"{text[: bound - 1]}…"

"""Which alerts are none of our business."""

from collections.abc import Iterable, Mapping


def is_ignored(labels: Mapping[str, str], ignore: Iterable[Mapping[str, str]]) -> bool:
    """Whether one of `ignore` matches: every label that it names has the value that it names."""
    return any(
        bool(pattern) and all(labels.get(label) == value for label, value in pattern.items())
        for pattern in ignore
    )

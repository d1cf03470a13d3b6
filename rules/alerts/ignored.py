"""Which alerts the policy ignores."""

from collections.abc import Iterable, Mapping


def is_ignored(labels: Mapping[str, str], ignore: Iterable[Mapping[str, str]]) -> bool:
    """Whether one of `ignore` matches: the alert has every label that it names, with that value."""
    return any(
        bool(pattern) and all(labels.get(label) == value for label, value in pattern.items())
        for pattern in ignore
    )

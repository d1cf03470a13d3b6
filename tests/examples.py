"""How many random cases a test tries."""

from typing import Any

from hypothesis import settings


def examples(count: int, **more: Any) -> settings:
    """`count` cases, the same each time; `make fuzz` tries a thousand new ones.

    Choose a count that takes less than two seconds.
    """
    usual = settings.get_profile("same").max_examples
    fuzzing = settings.default is not None and settings.default.max_examples > usual
    return settings(**more) if fuzzing else settings(max_examples=count, **more)

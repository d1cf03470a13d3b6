"""The rules know the zones that they are given, and never that of the machine."""

import time
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def a_machine_elsewhere() -> Iterator[None]:
    """The machine is on another clock than UTC, as that of a test is not by accident."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TZ", "XXX-5:30")
        time.tzset()
        yield
    time.tzset()

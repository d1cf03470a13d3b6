"""The rules use the zones that they are given, never that of the machine."""

import time
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def a_machine_elsewhere() -> Iterator[None]:
    """Put the machine's clock in another zone than UTC."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TZ", "XXX-5:30")
        time.tzset()
        yield
    time.tzset()

"""Measures how long the engine works while the clocks of a rehearsal run on.

A slow machine does late in the scenario what a fast one does at once, and what counts from there is
late as well.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from rehearsal.results.played import MOST_SLACK, SLACK

USUAL = timedelta(seconds=1)
"""What comes due at one instant is done in less time, if the machine is not busy."""


class Lag:
    """Adds up the time beyond the usual that the engine needed for each instant."""

    def __init__(self) -> None:
        self._excess = timedelta()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the time that the body takes."""
        began = monotonic()
        try:
            yield
        finally:
            self.add(timedelta(seconds=monotonic() - began))

    def add(self, took: timedelta) -> None:
        """Count what one instant took."""
        self._excess += max(timedelta(), took - USUAL)

    @property
    def slack(self) -> timedelta:
        """How much instants may be off, in whole seconds; SLACK on a machine that is not busy."""
        excess = timedelta(seconds=math.ceil(self._excess.total_seconds()))
        return min(SLACK + excess, MOST_SLACK)

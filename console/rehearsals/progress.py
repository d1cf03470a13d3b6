"""Shows how far a rehearsal has come while it runs."""

from datetime import datetime
from time import monotonic

from rich.status import Status

from console.terminal.output import note
from models.scenario import instant_of
from rehearsal.scenarios.load import LoadedScenario
from rules.wording.times import short_span

EVERY_SECONDS = 30.0
"""How often progress is printed if there is no terminal."""


class Progress:
    """Shows the reached moment on a terminal; without one, prints it to stderr now and then."""

    def __init__(self, loaded: LoadedScenario, shown: Status | None) -> None:
        self._scenario = loaded.scenario
        self._shown = shown
        self._said_at = monotonic()

    def __call__(self, at: datetime) -> None:
        """The rehearsal has reached the instant `at` of the scenario."""
        if self._shown:
            self._shown.update(self._words(at))
        elif monotonic() - self._said_at >= EVERY_SECONDS:
            self._said_at = monotonic()
            note(self._words(at))

    def _words(self, at: datetime) -> str:
        if self._scenario is None:
            return "rehearsing"
        starts, until = self._scenario.starts, self._scenario.until
        ends = f" of {short_span(instant_of(until, starts) - starts)}" if until else ""
        return f"rehearsing: {short_span(at - starts)}{ends} have passed"

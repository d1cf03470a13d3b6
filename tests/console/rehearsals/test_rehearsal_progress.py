"""Progress of a rehearsal: a terminal shows it all the time, anything else now and then."""

from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from console.rehearsals import progress as rehearsal_progress
from console.rehearsals.progress import Progress
from rehearsal.scenarios.load import LoadedScenario, load_scenario
from tests.rehearsal.plays import STARTS

NIGHT = """\
scenario: Years
starts: 2026-03-27T16:50:00Z
until: 3000d
events:
  - { at: 0m, report: { title: Checkout fails } }
"""
AT = STARTS + timedelta(days=418, hours=2)
SAID = "rehearsing: 418d 02h of 3000d 00h have passed"


@pytest.fixture
def years(tmp_path: Path) -> LoadedScenario:
    """A scenario that lasts years."""
    file = tmp_path / "years.yaml"
    file.write_text(NIGHT)
    return load_scenario(file)


def test_a_terminal_shows_the_moment_that_the_rehearsal_has_reached(years: LoadedScenario) -> None:
    """It replaces the line that said how long this takes."""
    shown = Console().status("rehearsing")
    Progress(years, shown)(AT)
    assert shown.status == SAID


def test_without_a_terminal_progress_is_printed_now_and_then(
    years: LoadedScenario, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes to stderr, where it disturbs no answer, and waits some time before the next."""
    now = [0.0]
    monkeypatch.setattr(rehearsal_progress, "monotonic", lambda: now[0])
    told = Progress(years, None)
    for seconds in (29, 30, 59, 61):
        now[0] = seconds
        told(AT)
    said = capsys.readouterr()
    assert said.err.splitlines() == [SAID, SAID]
    assert said.out == ""

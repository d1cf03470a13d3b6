"""One process of the stack: when it is up, why it ended, and when it starts again."""

import os
from pathlib import Path

import pytest

from runtime.embedded.component import StackComponent


def ended(log: Path, program: str) -> StackComponent:
    """A component that ran this to its end."""
    component = StackComponent("worker", ["-c", program], log)
    again(component)
    return component


def again(component: StackComponent) -> None:
    """Run it once more."""
    component.start(os.environ)
    assert component.process
    component.process.wait()


def test_output_of_earlier_runs_is_not_taken_for_this_one(tmp_path: Path) -> None:
    """A worker that was ready yesterday is not ready today."""
    log = tmp_path / "worker.log"
    log.write_text('{"event": "worker.ready"}\n')
    component = ended(log, "print('nothing')")
    assert not component.logged("worker.ready")
    assert component.last_words() == "nothing"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("print('worker: the policy'); print('worker: is broken')", "the policy; is broken"),
        ("print('before'); raise ValueError('no')", "ValueError: no"),
        ("""print('{"event": "went.wrong", "error": "why"}')""", "went.wrong: why"),
        ("pass", "it wrote nothing"),
    ],
)
def test_the_last_output_says_why_a_component_ended(
    tmp_path: Path, program: str, words: str
) -> None:
    """Lines for people together, or else the last line of a traceback or of the log."""
    assert ended(tmp_path / "log", program).last_words() == words


def test_a_component_that_ends_before_it_is_up_gets_longer_and_longer_pauses(
    tmp_path: Path,
) -> None:
    """Each end is reported once, so nobody reads a line per second."""
    component = ended(tmp_path / "log", "print('worker: no server'); raise SystemExit(6)")
    now = 100.0
    for pause in (1, 2, 4, 8, 16, 32, 60, 60):
        assert not component.is_due(now)
        why = component.why_it_ended(now)
        assert why is not None
        assert why.startswith(f"no server (it is started again in {pause} s; log: ")
        assert component.why_it_ended(now) is None
        assert not component.is_due(now + pause - 0.1)
        assert component.is_due(now + pause)
        again(component)


def test_a_component_that_was_up_is_started_again_at_once(tmp_path: Path) -> None:
    """Somebody killed it, which need not happen again."""
    component = ended(tmp_path / "log", "import os; os.kill(os.getpid(), 9)")
    component.ready = True
    why = component.why_it_ended(100.0)
    assert why is not None
    assert why.startswith("killed by SIGKILL (it is started again now;")
    assert component.is_due(100.0)

"""The build that a worker names."""

from pathlib import Path

from runtime.settings import ROOT
from runtime.worker.build import ROOMS, build_id


def test_another_code_is_another_build(tmp_path: Path) -> None:
    """A changed text or name of a file counts; a document is no code."""
    found: list[str] = []
    for name, text in (("rules/a.py", "1"), ("rules/a.py", "2"), ("rules/b/c.py", "2")):
        root = tmp_path / str(len(found))
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(text)
        before = build_id(root)
        (root / "rules" / "notes.md").write_text("x")
        build_id.cache_clear()
        assert build_id(root) == before
        found.append(before)
    assert len(set(found)) == 3


def test_every_room_that_a_worker_runs_counts() -> None:
    """Each is there, and has code."""
    assert all(any((ROOT / room).rglob("*.py")) for room in ROOMS)

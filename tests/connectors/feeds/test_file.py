"""What a path of a calendar feed may name."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import PermanentError
from connectors.feeds.file import FileFeed
from tests.fakes.feeds import ANA, a_feed
from tests.patience import PATIENCE_SECONDS

SOON = timedelta(seconds=PATIENCE_SECONDS)


async def test_a_pipe_that_nobody_writes_to_blocks_no_thread(tmp_path: Path) -> None:
    """The process has only a handful of threads, so none may wait for ever."""
    pipe = tmp_path / "shifts.ics"
    os.mkfifo(pipe)
    try:
        with pytest.raises(PermanentError, match="its path names no file"):
            await FileFeed("shifts", pipe).fetch(None, timeout=SOON)
    finally:
        # A thread that waits would keep the tests from ending: somebody writes, and is gone.
        os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))


async def test_a_file_is_read(tmp_path: Path) -> None:
    """Its content is returned unchanged."""
    file = tmp_path / "shifts.ics"
    file.write_text(a_feed(ANA), newline="")
    copy = await FileFeed("shifts", file).fetch(None, timeout=SOON)
    assert copy.text == a_feed(ANA)

"""Files are read only up to the size that is expected."""

import os
from pathlib import Path

import pytest

from connectors.untrusted_files import NoRegularFile, TooLarge, read_regular


def test_a_file_is_read_up_to_what_the_caller_expects(tmp_path: Path) -> None:
    """Exactly so many bytes are not too many; a tebibyte is refused before it is read."""
    file = tmp_path / "file"
    file.write_bytes(b"text")
    assert read_regular(file, 4) == b"text"
    with pytest.raises(TooLarge):
        read_regular(file, 3)
    os.truncate(file, 1 << 40)
    with pytest.raises(TooLarge):
        read_regular(file, 1 << 20)


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    """A pipe might never answer."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(NoRegularFile):
        read_regular(pipe, 4)
    with pytest.raises(OSError, match=r"directory|regular"):
        read_regular(tmp_path, 4)

"""Files and folders that only their owner can read: they hold what people said, and secrets."""

import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

FOLDER_MODE = 0o700
FILE_MODE = 0o600
UMASK = 0o077
"""Make every file that this process creates private, also files that its libraries write."""


def private_folder(path: Path) -> Path:
    """Make `path` and its missing parents; close an existing one to others. Raises OSError."""
    for missing in reversed([folder for folder in (path, *path.parents) if not folder.exists()]):
        missing.mkdir(mode=FOLDER_MODE, exist_ok=True)
    if path.stat().st_mode & UMASK:
        path.chmod(FOLDER_MODE)
    return path


def open_private(path: Path, mode: str) -> IO[Any]:
    """Open a file that only its owner can read; text is UTF-8 and line-buffered. Raises OSError."""
    binary = "b" in mode
    return open(
        path,
        mode,
        buffering=-1 if binary else 1,
        encoding=None if binary else "utf-8",
        opener=_opened,
    )


def _opened(path: str, flags: int) -> int:
    number = os.open(path, flags, FILE_MODE)
    if os.fstat(number).st_mode & UMASK:
        with suppress(PermissionError):  # somebody else owns it and decides who may read it
            os.fchmod(number, FILE_MODE)
    return number

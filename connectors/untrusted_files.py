"""Reads files that somebody else may have put in their place: never more than is expected."""

import errno
import os
import stat
from pathlib import Path


class NoRegularFile(OSError):  # noqa: N818 - says what is
    """The path names something that is no file, such as a pipe, which might never answer."""


class TooLarge(OSError):  # noqa: N818 - says what is
    """The file is larger than expected."""


def read_regular(path: Path, most: int) -> bytes:
    """The content of a file of at most `most` bytes.

    Reads no more than that, however large the file is. Raises OSError, and NoRegularFile or
    TooLarge in particular.
    """
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(number, "rb") as stream:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise NoRegularFile(errno.EINVAL, "no regular file")
        data = stream.read(most + 1) if found.st_size <= most else None
    if data is None or len(data) > most:
        raise TooLarge(errno.EFBIG, f"larger than {most} bytes")
    return data

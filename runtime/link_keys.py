"""The keys that sign links: from the settings, or from a file that worker and web server share."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from connectors.private_files import open_private, private_folder
from connectors.signed_links import LinkKeys, Links
from runtime.settings import Settings, SettingsBroken

FILE = "links.key"
KEPT = "kept"
"""The name of the key in the file."""
BYTES = 32
LONGEST = 200
_MADE = re.compile(f"[0-9a-f]{{{2 * BYTES}}}")


def link_keys(settings: Settings) -> LinkKeys:
    """The keys; makes the file if there is none. Raises SettingsBroken."""
    if settings.link_keys:
        return LinkKeys.read(settings.link_keys.get_secret_value())
    file = settings.state_directory / FILE
    try:
        if not file.exists():
            _make(file)
        return LinkKeys.read(f"{KEPT}:{_kept(file)}")
    except (OSError, ValueError) as error:
        wrong = f"{file}: cannot be used as the key of links: {error}; delete it to get another"
        raise SettingsBroken(wrong) from None


def _kept(file: Path) -> str:
    """The key in the file; closes the file to others. Raises OSError, ValueError.

    A file that a power cut left empty, or full of zeros, holds a key that everybody knows.
    """
    with open_private(file, "r") as kept:
        secret = str(kept.read(LONGEST)).strip()
    if not _MADE.fullmatch(secret):
        raise ValueError(f"it must have the {2 * BYTES} hexadecimal digits that the engine wrote")
    return secret


def _make(file: Path) -> None:
    """Make the file. If another process does so at the same time, one of both files stays."""
    private_folder(file.parent)
    made = file.with_suffix(f".{os.getpid()}")
    with open_private(made, "w") as kept:
        kept.write(secrets.token_hex(BYTES))
        kept.flush()
        os.fsync(kept.fileno())
    with suppress(FileExistsError):
        os.link(made, file)
    made.unlink()


def links_of(settings: Settings) -> Links | None:
    """What makes the links of messages; None if no setting says where they lead.

    Raises SettingsBroken.
    """
    if settings.public_url is None:
        return None
    return Links(link_keys(settings), settings.public_url)

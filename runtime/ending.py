"""How a process of ours that cannot serve ends: in lines for people, with a code for scripts."""

import sys
from typing import Final

from models.readable import in_a_line

CANNOT_LISTEN: Final = 1
"""Somebody else has the port, or the address is none of this machine."""
NOT_AS_SET_UP: Final = 2
"""A setting, the namespace or the policy is not as it must be: to try again does not help."""
NO_SERVER: Final = 6
"""No Temporal server answers."""


def ended(program: str, why: str, code: int) -> int:
    """Say on stderr why `program` ends; returns `code`."""
    sys.stderr.write("".join(f"{program}: {in_a_line(line)}\n" for line in why.splitlines()))
    return code

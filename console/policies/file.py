"""Reads a policy file as an incident carries it.

The code that reads policies is imported only when a file is read, because most commands need none.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from incidents.schedules.calendars import with_calendars
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from models.readable import blank
from rules.clocks.coverage import earliest_of

if TYPE_CHECKING:
    from policies.reading.loaded import LoadedPolicy


def a_file(typed: str) -> Path:
    """Parse a path. Raises BadParameter if it is blank: that would be the current directory."""
    if blank(typed):
        raise typer.BadParameter("the file name is blank")
    return Path(typed)


def read_policy(path: Path) -> "LoadedPolicy":
    """Read and check a policy file. Raises PolicyBroken."""
    from policies.catalogue import policy_in_force  # noqa: PLC0415 - see above

    return policy_in_force(path, datetime.now(UTC))


def compiled_policy(path: Path, service: str | None = None) -> CompiledPolicy:
    """The part of a policy file that an incident of `service` carries.

    Raises PolicyBroken or PolicyTooLarge.
    """
    from policies.compiling.policy import compile_policy  # noqa: PLC0415 - see above

    loaded = read_policy(path)
    return compile_policy(loaded.policy, loaded.policy_hash, service)


def for_incident(path: Path, incident: Incident, now: datetime) -> CompiledPolicy:
    """The part of a policy file that this incident carries: its escalation, its calendars.

    Raises PolicyBroken or PolicyTooLarge.
    """
    policy = compiled_policy(path, incident.report.service)
    return with_calendars(policy, earliest_of(incident), now)

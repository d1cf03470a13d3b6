"""A policy file as an incident carries it.

What reads policies is imported when a file is read: most commands need none.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from incidents.schedules.calendars import with_calendars
from models.compiled import CompiledPolicy
from models.incident.record import Incident
from rules.clocks.coverage import earliest_of
from rules.record.readable import blank

if TYPE_CHECKING:
    from policies.catalogue import LoadedPolicy


def a_file(typed: str) -> Path:
    """A path as it was typed. Raises BadParameter for none: it would be the current directory."""
    if blank(typed):
        raise typer.BadParameter("the name of a file is blank")
    return Path(typed)


def read_policy(path: Path) -> "LoadedPolicy":
    """A policy file that was checked. Raises PolicyBroken."""
    from policies.catalogue import policy_in_force  # noqa: PLC0415 - see above

    return policy_in_force(path, datetime.now(UTC))


def compiled_policy(path: Path, service: str | None = None) -> CompiledPolicy:
    """What an incident of `service` carries of a policy file.

    Raises PolicyBroken, or PolicyTooLarge.
    """
    from policies.compile import compile_policy  # noqa: PLC0415 - see above

    loaded = read_policy(path)
    return compile_policy(loaded.policy, loaded.policy_hash, service)


def for_incident(path: Path, incident: Incident, now: datetime) -> CompiledPolicy:
    """What an incident would carry of a policy file: its service's escalation, its calendars.

    Raises PolicyBroken, or PolicyTooLarge.
    """
    policy = compiled_policy(path, incident.report.service)
    return with_calendars(policy, earliest_of(incident), now)

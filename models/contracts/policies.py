"""Keeping policies, and looking up the one that an incident is to adopt."""

from pydantic import Field

from models.base import Frozen, Instant
from models.compiled import CompiledPolicy

KEEP_POLICY_WORKFLOW = "KeepPolicy"
KEEP_POLICY = "keep_policy"
LOOK_UP_POLICY = "look_up_policy"


class PolicyWanted(Frozen):
    """The policy under which an incident of `service` is to go on, by its hash.

    Name and version, if given, must be those of the hash. The activity works out its calendars as
    of `now`, from `since_at` on.
    """

    policy_hash: str
    policy_name: str = ""
    policy_version: str = ""
    service: str | None = None
    since_at: Instant
    now: Instant


class PolicyFound(Frozen):
    """The policy as an incident carries it; or a `problem`: why the incident cannot adopt it."""

    policy: CompiledPolicy | None = None
    problem: str = ""


class PolicyText(Frozen):
    """Input of keep_policy: a policy file, as people wrote it."""

    text: str = Field(min_length=1, max_length=1024 * 1024)

"""What another policy would change for an incident: the answer of the query `preview_adoption`."""

from models.base import Frozen, Instant
from models.time.clock import ClockReading

PREVIEW_ADOPTION = "preview_adoption"
"""The name of the query. It takes the compiled policy and, like `view`, the instant to read at."""


class ClockShift(Frozen):
    """One run of a clock under the policy in force and under the other one.

    A side is None if its policy has no such clock, or no target for it.
    """

    clock: str
    run: int
    before: ClockReading | None = None
    after: ClockReading | None = None


class AdoptionPreview(Frozen):
    """What adopting a policy does: clocks that shift, thresholds that would fire at once.

    `lose_roles` says who loses a role, because the policy does not know them; `offers_end` says
    which offered roles nobody can accept any more.

    `refusal` says why the incident cannot adopt it; empty if it can.
    """

    policy_name: str
    policy_version: str
    shifts: tuple[ClockShift, ...] = ()
    fires_at_once: tuple[str, ...] = ()
    lose_roles: tuple[str, ...] = ()
    offers_end: tuple[str, ...] = ()
    refusal: str = ""
    now: Instant

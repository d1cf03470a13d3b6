"""Who may override a schedule. No incident is needed for it, so roles mean who could hold them."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.base import Actor
from models.people.schedule_overrides import OVERRIDE_SCHEDULE
from models.proof import Proof
from rules.people.naming.people_meant import people_in_a_line
from rules.people.permission.trust import proofs_asked, unproven


@dataclass(frozen=True, slots=True)
class MayOverride:
    """Who may: the words of the policy, and the people whom they mean; None: anyone."""

    words: tuple[str, ...]
    people: tuple[str, ...] | None

    @property
    def shown(self) -> tuple[str, ...]:
        """Who may, in words: each word of the policy, or the people whom all of them mean."""
        if self.people is None or set(self.words) <= set(self.people):
            return self.words
        return (f"{', '.join(self.words)} ({people_in_a_line(self.people) or 'nobody'})",)


def why_not(
    may: MayOverride, trust: Mapping[str, tuple[Proof, ...]], actor: Actor, schedule: str
) -> str:
    """Why the policy does not let `actor` override a schedule; empty if it does."""
    counts = proofs_asked(trust, OVERRIDE_SCHEDULE)
    if counts is not None and actor.proof not in counts:
        return unproven(actor, counts, OVERRIDE_SCHEDULE)
    if may.people is None or actor.name in may.people:
        return ""
    return f"{actor.shown} may not override {schedule}; may: {', '.join(may.shown)}"

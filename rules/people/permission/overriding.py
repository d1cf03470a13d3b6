"""Who may override a schedule. No incident is needed for it, so roles mean who could hold them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.base import Actor
from models.people.schedule_overrides import OVERRIDE_SCHEDULE, EndOverride, OverrideSchedule
from models.proof import Proof
from rules.people.naming.names import claim_flaw, did_you_mean, meant_by, mistaken_for
from rules.people.naming.people_meant import people_in_a_line
from rules.people.permission.trust import proofs_asked, unproven
from rules.record.decision import Refusal


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


def misnamed(name: str, people: Iterable[str]) -> str:
    """What is wrong with the name of the person who asks; empty if nothing is."""
    known = tuple(people)
    if flaw := claim_flaw(name):
        return f"{flaw}{did_you_mean(name, known)}"
    meant = meant_by(name, known)
    return mistaken_for(name, meant) if meant else ""


def unfit_name(said: OverrideSchedule | EndOverride) -> Refusal | None:
    """The refusal of a name under which nobody may act, from any sender."""
    flaw = claim_flaw(said.by.name)
    return Refusal("Malformed", f"actor: {flaw}", ("actor",)) if flaw else None


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

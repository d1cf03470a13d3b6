"""What the document is made from: the policy as an incident carries it, and its prose."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.compiled import CompiledPolicy, EscalationPolicy
from models.people.party import as_person
from models.policy import Policy
from policies.compiling.escalations import escalation_of
from policies.compiling.policy import compile_policy
from policies.reading.unspecified import AS_WRITTEN, ReadValues
from rules.paging.channels import PageTarget, channel_chain, paging_chain

NOT_SAID = "The policy does not say."


@dataclass(frozen=True, slots=True)
class View:
    """A checked policy. `compiled` decides; `policy` adds what is only written.

    `compiled` is that of an incident whose service names no escalation.
    """

    policy: Policy
    compiled: CompiledPolicy
    read_values: ReadValues = AS_WRITTEN

    @classmethod
    def of(cls, policy: Policy, policy_hash: str, read_values: ReadValues = AS_WRITTEN) -> "View":
        """The view of a policy. Raises PolicyTooLarge."""
        return cls(policy, compile_policy(policy, policy_hash), read_values)

    def nothing(self, path: str, otherwise: str = NOT_SAID) -> str:
        """What the document says if the policy says nothing, with its reason if it has one."""
        reason = self.read_values.reason(path)
        if reason:
            return f"None, because {reason.removesuffix('.')}."
        omission = self.read_values.open_at(path)
        return "This is left open." if omission else otherwise

    @property
    def severities(self) -> tuple[str, ...]:
        """The severities, the worst first."""
        return self.compiled.severities

    def escalation(self, service: str | None) -> EscalationPolicy | None:
        """The escalation that incidents of a service follow."""
        if escalation_of(self.policy, service) == escalation_of(self.policy, None):
            return self.compiled.escalation
        return compile_policy(self.policy, self.compiled.policy_hash, service).escalation

    def paged_by(self, person: str) -> str:
        """The channels that the engine tries for a page to a person, in order."""
        own = self.compiled.people[person].channels
        page = PageTarget(as_person(person), person, channels=own)
        return _in_order(paging_chain(page, self.compiled.paging_channels, self.compiled.fallbacks))

    def reached_by(self, channels: Iterable[str]) -> str:
        """Channels, each with its fallback."""
        return "; ".join(
            _in_order(channel_chain((name,), self.compiled.fallbacks)) for name in channels
        )


def _in_order(channels: Iterable[str]) -> str:
    return ", else ".join(channels)

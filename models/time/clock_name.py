"""What a threshold belongs to: a clock of the policy, or what the engine itself waits for.

The record keeps it as text. These types read and write that text, and nothing else does.
"""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias


@dataclass(frozen=True, slots=True)
class PolicyClock:
    """A clock that the policy names."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class RoleClock:
    """The time within which a role must be filled."""

    PREFIX: ClassVar = "role:"
    role: str

    def __str__(self) -> str:
        return f"{self.PREFIX}{self.role}"


@dataclass(frozen=True, slots=True)
class UpdateClock:
    """The wait of an audience for its next status update."""

    PREFIX: ClassVar = "update:"
    audience: str

    def __str__(self) -> str:
        return f"{self.PREFIX}{self.audience}"


@dataclass(frozen=True, slots=True)
class ApprovalWait:
    """The time of those who were asked for an approval by a rule."""

    PREFIX: ClassVar = "approval:"
    rule: str

    def __str__(self) -> str:
        return f"{self.PREFIX}{self.rule}"


@dataclass(frozen=True, slots=True)
class OfferWait:
    """The time within which the offer of a role must be accepted."""

    PREFIX: ClassVar = "handover:"
    role: str
    giver: str

    def __str__(self) -> str:
        return f"{self.PREFIX}{self.role}:{self.giver}"


@dataclass(frozen=True, slots=True)
class HoldingWait:
    """The time after which a holder is reminded to hand a role over."""

    PREFIX: ClassVar = "holding:"
    role: str
    person: str

    def __str__(self) -> str:
        return f"{self.PREFIX}{self.role}:{self.person}"


Awaited: TypeAlias = ApprovalWait | OfferWait | HoldingWait
"""What waits for somebody's answer: no clock, and never breached."""
ClockName: TypeAlias = PolicyClock | RoleClock | UpdateClock | Awaited


def clock_named(text: str) -> ClockName:
    """What the record means by `text`."""
    kind, colon, of = text.partition(":")
    role, _, person = of.partition(":")
    match kind + colon:
        case RoleClock.PREFIX:
            return RoleClock(of)
        case UpdateClock.PREFIX:
            return UpdateClock(of)
        case ApprovalWait.PREFIX:
            return ApprovalWait(of)
        case OfferWait.PREFIX:
            return OfferWait(role, person)
        case HoldingWait.PREFIX:
            return HoldingWait(role, person)
        case _:
            return PolicyClock(text)


def of_updates(text: str) -> bool:
    """Whether `text` is the wait of an audience for an update, not a clock that can be breached."""
    return isinstance(clock_named(text), UpdateClock)

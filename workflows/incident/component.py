"""The components that the run of an incident drives; each owns one thing."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime

Due = tuple[datetime, str]
"""An instant at which something comes due by itself, with a description."""


class Component(ABC):
    """One thing that an incident owns.

    Everything here is abstract, so that a new component must answer everything that the run asks.
    What is not settled keeps the run alive; what is not carried is lost with the run.
    """

    @abstractmethod
    def launch(self, now: datetime) -> None:
        """Start what is due now, alongside the rest; await nothing."""

    @abstractmethod
    def next_due(self) -> Due | None:
        """When it next acts by itself, and what it does; None while that is under way."""

    @property
    @abstractmethod
    def settled(self) -> bool:
        """Whether it allows an incident in a final state to end."""

    @abstractmethod
    def carried(self) -> Mapping[str, object]:
        """The fields of `Carried` that a later run needs to go on with this."""

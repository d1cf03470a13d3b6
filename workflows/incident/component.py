"""What the run of an incident drives: each component owns one thing."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime

Due = tuple[datetime, str]
"""An instant at which something comes due by itself, and what it is."""


class Component(ABC):
    """One thing that an incident owns.

    Everything here is abstract, so nobody who adds a component forgets what the run asks of it:
    what is not settled keeps the run alive, what is not carried is lost with the run.
    """

    @abstractmethod
    def launch(self, now: datetime) -> None:
        """Begin what is due now, beside the rest; await nothing."""

    @abstractmethod
    def next_due(self) -> Due | None:
        """When there is something to do by itself, and what; None while it is under way."""

    @property
    @abstractmethod
    def settled(self) -> bool:
        """Whether an incident whose state is final may end as far as this is concerned."""

    @abstractmethod
    def carried(self) -> Mapping[str, object]:
        """The fields of `Carried` from which a later run goes on with this."""

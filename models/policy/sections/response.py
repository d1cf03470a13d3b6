"""The response as people write it: its steps, its holds, and where its record is kept."""

from pydantic import StrictBool

from models.base import Frozen
from models.policy.values.durations import Duration
from models.policy.values.words import Name, Names, Somebody, Text


class StepEntry(Frozen):
    """Something to do before the incident leaves a state. Without an id, `do` gives the id."""

    id: Name | None = None
    do: Text
    by: Somebody
    required: StrictBool = False

    @property
    def name(self) -> str:
        """The id: as given, or the first words of `do`."""
        if self.id:
            return self.id
        letters = "".join(c if c.isalnum() else " " for c in self.do.lower())
        return "_".join(letters.split()[:5]) or "step"


class HoldsEntry(Frozen):
    """The reasons to put an incident on hold; an empty list means any."""

    reasons: Names = ()


class RecordEntry(Frozen):
    """Where the record is kept, and how long its history stays with Temporal.

    `names_in_search` says whether Temporal finds incidents by the names of people, which are then
    in the clear there.
    """

    stored_in: Text | None = None
    retention: Duration | None = None
    names_in_search: bool = True

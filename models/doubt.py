"""What is taken as it was said, and is most likely wrong."""

from enum import StrEnum

from models.base import Frozen


class DoubtKind(StrEnum):
    """Why something is doubted."""

    BEFORE_THE_INCIDENT = "before_the_incident"
    FAR_AWAY = "far_away"
    OUT_OF_ORDER = "out_of_order"
    NEGATIVE = "negative"


class Doubt(Frozen):
    """A fact that is on the record as it was said, and that somebody should look at again.

    `about` names it: a milestone, a clock, a figure, a hold.
    """

    kind: DoubtKind
    about: str
    words: str

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.about}: {self.words}"

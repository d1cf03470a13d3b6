"""Facts that the incident accepted and that are most likely wrong."""

from enum import StrEnum

from models.base import Frozen


class DoubtKind(StrEnum):
    """Why something is doubtful."""

    BEFORE_THE_INCIDENT = "before_the_incident"
    FAR_AWAY = "far_away"
    OUT_OF_ORDER = "out_of_order"
    NEGATIVE = "negative"


class Doubt(Frozen):
    """A fact that the record holds as somebody gave it, and that somebody should check.

    `about` names it: a milestone, a clock, a figure, a hold.
    """

    kind: DoubtKind
    about: str
    words: str

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.about}: {self.words}"

"""A field that somebody filled in wrongly."""

from models.base import Frozen


class FieldProblem(Frozen):
    """A wrong field and its problem."""

    field: str
    problem: str

"""How a severity follows from what is known of an incident, as the incident carries it."""

from typing import Literal

from pydantic import Field

from models.base import Frozen

NONE = "none"
"""A cell that gives nothing."""

MOST_URGENT, LEAST_URGENT = 1, 5
"""How urgent the worst severity is; the mildest, and unknown ones."""

WhenUnsure = Literal["worse", "default"]
"""What counts where several severities are possible: the worst of them, or none of them."""


class Axis(Frozen):
    """An attribute, and the values of it that a table knows."""

    attribute: str
    values: tuple[str, ...]


class Table(Frozen):
    """What some attributes give together: a severity, or the value of the attribute `gives`.

    `cells` has one entry for each combination of values, those of the last axis changing first.
    """

    gives: str | None = None
    axes: tuple[Axis, ...]
    cells: tuple[str, ...]


class SeverityRules(Frozen):
    """How a severity follows from attributes, and what bounds it.

    `computed` give attributes, each after those that it needs; of the severities that `tables`
    give, the worst counts. `caps` and `at_least` map a condition to the severity that is never
    exceeded, or never fallen below, while it holds. After the milestone `frozen_after` no
    severity changes any more.
    """

    computed: tuple[Table, ...] = ()
    tables: tuple[Table, ...] = ()
    caps: dict[str, str] = Field(default_factory=dict)
    at_least: dict[str, str] = Field(default_factory=dict)
    when_unsure: WhenUnsure = "worse"
    frozen_after: str | None = None

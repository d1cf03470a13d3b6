"""How a severity follows from what is known about an incident, as the incident carries it."""

from typing import Literal

from pydantic import Field

from models.base import Frozen

NONE = "none"
"""A cell that gives nothing."""

MOST_URGENT, LEAST_URGENT = 1, 5
"""How urgent the worst severity is; then the mildest and unknown ones."""

WhenUnsure = Literal["worse", "default"]
"""What counts if several severities are possible: the worst of them, or none of them."""


class Axis(Frozen):
    """An attribute, and the values of it that a table knows."""

    attribute: str
    values: tuple[str, ...]


class AttributeTable(Frozen):
    """What some attributes give together: a severity, or the value of the attribute `gives`.

    `cells` has one entry for each combination of values; the last axis changes first.
    """

    gives: str | None = None
    axes: tuple[Axis, ...]
    cells: tuple[str, ...]


class CompiledSeverityRules(Frozen):
    """How a severity follows from attributes, and what bounds it.

    `computed` give attributes, each after those that it needs; the worst severity that `tables`
    give counts. While a condition holds, the severity is at most that of `caps` and at least that
    of `at_least`. After the milestone `frozen_after` no severity changes.
    """

    computed: tuple[AttributeTable, ...] = ()
    tables: tuple[AttributeTable, ...] = ()
    caps: dict[str, str] = Field(default_factory=dict)
    at_least: dict[str, str] = Field(default_factory=dict)
    when_unsure: WhenUnsure = "worse"
    frozen_after: str | None = None

"""Severities as people write them, and how an incident gets one."""

from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    model_validator,
)

from models.base import Frozen
from models.policy.sections.people import Authority, AuthorityEntry
from models.policy.values.moments import ConditionText
from models.policy.values.words import Name, Text, alone, names, valid_name, wrong_value
from models.severity import WhenUnsure

Cells = tuple[tuple[Text, ...], ...]
"""A matrix: rows by the values of its first axis, columns by those of its second."""

_EXAMPLE = "{ impact: [one, all], urgency: [low, high], matrix: [[SEV3, SEV2], [SEV2, SEV1]] }"
_AXES = 2
FORMS = ("<values>", "<table>", "<severities>")
"""The forms of an axis. They are not part of its path in a file."""


def _form(given: Any) -> str:
    values, table, severities = FORMS
    if not isinstance(given, dict):
        return values
    return table if {"values", "from", "matrix"} & set(given) else severities


AxisValues = Annotated[tuple[Text, ...], BeforeValidator(names), Field(min_length=1)]
"""The values of an axis, in the order of its rows or columns."""


class AxisTableEntry(Frozen):
    """An axis that follows from two others: its values in order, and which of them they give."""

    values: AxisValues
    source: dict[Name, "Axis"] = Field(alias="from")
    matrix: Cells

    @model_validator(mode="after")
    def _fits(self) -> "AxisTableEntry":
        _two_axes(self.source)
        return self


Axis = Annotated[
    Annotated[AxisValues, Tag(FORMS[0])]
    | Annotated[AxisTableEntry, Tag(FORMS[1])]
    | Annotated[dict[Text, Name], Tag(FORMS[2])],
    Discriminator(_form),
]
"""An axis: its values; or values that follow from other axes; or a severity for each value."""

Axes = dict[str, "tuple[str, ...] | AxisTableEntry | dict[str, str]"]
"""Axes by the attribute that they stand for."""


def _two_axes(axes: Axes) -> None:
    if len(axes) != _AXES:
        what = f"a matrix has two axes, not {len(axes)}"
        how = "put a further one into an axis: impact: { values: ..., from: ..., matrix: ... }"
        raise wrong_value(what, f"write {_EXAMPLE}; {how}")
    for name, axis in axes.items():
        if isinstance(axis, dict):
            values = ", ".join(axis)
            raise wrong_value(
                f"{name} gives severities beside a matrix", f"write {name}: [{values}]"
            )


class SeveritySourceEntry(Frozen):
    """What gives a severity; its free keys are its axes.

    Either two axes and a `matrix`, or one axis with a severity for each value, or the worst of
    several of these.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Axis]

    matrix: Cells = ()
    highest_of: Annotated[tuple["SeveritySourceEntry", ...], BeforeValidator(alone)] = ()

    @property
    def axes(self) -> Axes:
        """The axes, in the order in which they are written."""
        return self.__pydantic_extra__

    @model_validator(mode="after")
    def _fits(self) -> "SeveritySourceEntry":
        for name in self.axes:
            valid_name(name)
        if self.highest_of:
            if self.axes or self.matrix:
                raise wrong_value(
                    "highest_of stands alone", "put the keys beside it into a line of its list"
                )
        elif self.matrix:
            _two_axes(self.axes)
        else:
            self._one_axis()
        return self

    def _one_axis(self) -> None:
        alone = list(self.axes.values())
        if len(alone) == 1 and isinstance(alone[0], dict):
            return
        if len(alone) > 1 and all(isinstance(axis, dict) for axis in alone):
            lines = ", ".join(f"{{ {name}: ... }}" for name in self.axes)
            raise wrong_value("several axes give a severity", f"write highest_of: [{lines}]")
        one = "one axis with a severity for each value: { impact: { low: SEV3, high: SEV1 } }"
        raise wrong_value("this gives no severity", f"write {_EXAMPLE}, or {one}")


class SeverityRulesEntry(Frozen):
    """How an incident gets its severity, what bounds it, and who may change it.

    In this order: what somebody says, what `from` gives, what the labels of alerts say
    (`from_labels` maps a label and its value to a severity), and `default`; without it, the worst.
    Then `at_least` and, last, `caps` bound it while their conditions hold. `when_unsure` counts if
    a matrix has several cells to choose from. After the milestone `frozen_after` no severity
    changes.
    """

    default: Name | None = None
    source: SeveritySourceEntry | None = Field(default=None, alias="from")
    from_labels: dict[Text, dict[Text, Name]] = Field(default_factory=dict)
    when_unsure: WhenUnsure = "worse"
    caps: dict[ConditionText, Name] = Field(default_factory=dict)
    at_least: dict[ConditionText, Name] = Field(default_factory=dict)
    raised: Authority = Field(default=AuthorityEntry(), alias="raise")
    lowered: Authority = Field(default=AuthorityEntry(), alias="lower")
    frozen_after: Name | None = None


class SeverityEntry(Frozen):
    """A severity: what it means here, and whether it counts as a major incident."""

    means: Text
    major: StrictBool = False

"""Compiles severity rules: from what an author writes to what an incident carries."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.policy import Policy
from models.policy.sections.severities import Axes, AxisTableEntry, Cells, SeveritySourceEntry
from models.severity import AttributeTable, Axis, CompiledSeverityRules
from policies.reading.tree import Loc

FROM: Loc = ("severity_rules", "from")


@dataclass(frozen=True, slots=True)
class Written:
    """A written table: which attribute it gives (None: a severity), and its place.

    `values` are those that the attribute can have, in order.
    """

    gives: str | None
    values: tuple[str, ...]
    loc: Loc
    matrix_loc: Loc
    axes: Axes
    matrix: Cells

    @property
    def lists(self) -> dict[str, tuple[str, ...]]:
        """The axes with their values."""
        return {
            name: axis.values if isinstance(axis, AxisTableEntry) else tuple(axis)
            for name, axis in self.axes.items()
        }

    def values_loc(self, axis: str) -> Loc:
        """The place of the values of an axis."""
        inside = ("values",) if isinstance(self.axes[axis], AxisTableEntry) else ()
        return (*self.loc, axis, *inside)

    @property
    def cells(self) -> dict[Loc, str]:
        """Each cell by its place."""
        if self.matrix:
            return {
                (*self.matrix_loc, row, column): cell
                for row, cells in enumerate(self.matrix)
                for column, cell in enumerate(cells)
            }
        return {
            (*self.loc, name, value): severity
            for name, axis in self.axes.items()
            if isinstance(axis, dict)
            for value, severity in axis.items()
        }


def written(policy: Policy) -> tuple[Written, ...]:
    """Every table of the policy, each after those that its axes follow from."""
    source = policy.severity_rules.source
    return tuple(_of_source(FROM, source)) if source else ()


def _of_source(loc: Loc, source: SeveritySourceEntry) -> Iterator[Written]:
    for index, one in enumerate(source.highest_of):
        yield from _of_source((*loc, "highest_of", index), one)
    if source.axes:
        yield from _inner(loc, source.axes)
        yield Written(None, (), loc, (*loc, "matrix"), source.axes, source.matrix)


def _inner(loc: Loc, axes: Axes) -> Iterator[Written]:
    for name, axis in axes.items():
        if isinstance(axis, AxisTableEntry):
            within = (*loc, name)
            inside, matrix_loc = (*within, "from"), (*within, "matrix")
            yield from _inner(inside, axis.source)
            yield Written(name, axis.values, inside, matrix_loc, axis.source, axis.matrix)


def axes(policy: Policy) -> dict[str, tuple[str, ...]]:
    """The attributes that tables ask for or give, with all their values."""
    found: dict[str, tuple[str, ...]] = {}
    for table in written(policy):
        for name, values in table.lists.items():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *values)))
    return found


def compiled(policy: Policy) -> CompiledSeverityRules | None:
    """What an incident carries of the rules; None if the policy has none."""
    rules = policy.severity_rules
    tables = written(policy)
    made = CompiledSeverityRules(
        computed=tuple(_table(table) for table in tables if table.gives),
        tables=tuple(_table(table) for table in tables if not table.gives),
        caps=rules.caps,
        at_least=rules.at_least,
        when_unsure=rules.when_unsure,
        frozen_after=rules.frozen_after,
    )
    return made if made != CompiledSeverityRules(when_unsure=rules.when_unsure) else None


def _table(table: Written) -> AttributeTable:
    axes = tuple(Axis(attribute=name, values=values) for name, values in table.lists.items())
    return AttributeTable(gives=table.gives, axes=axes, cells=tuple(table.cells.values()))

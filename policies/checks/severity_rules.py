"""How severities arise: whether matrices are whole, bounds matter, every level is reachable."""

from collections.abc import Iterator
from itertools import product

from models.policy import Policy
from models.severity import NONE
from models.time.moments import parse_condition
from policies.checks.clocks import MILESTONES
from policies.checks.conditions import implies, misfits
from policies.compiling.severity_rules import FROM, Written, written
from policies.reading.findings import Check, Finding, unknown, warning
from policies.reading.tree import Loc
from rules.clocks.conditions import FIXED
from states.lifecycle import REPORTED

RULES: Loc = ("severity_rules",)


def matrices_are_whole(policy: Policy) -> Iterator[Finding]:
    """A matrix has a row for each value of its first axis, and a cell for each of its second."""
    for table in written(policy):
        if not table.matrix:
            continue
        (rows, down), (columns, across) = table.lists.items()
        if len(table.matrix) != len(down):
            what = f"the matrix has {_counted(table.matrix, 'row')}, but {_values(rows, down)}"
            yield Finding(table.matrix_loc, what, "write one row for each")
        for index, row in enumerate(table.matrix):
            if len(row) != len(across):
                what = f"this row has {_counted(row, 'cell')}, but {_values(columns, across)}"
                yield Finding((*table.matrix_loc, index), what, "write one cell for each")


def _counted(given: tuple[object, ...], what: str) -> str:
    return f"{len(given)} {what}" + ("" if len(given) == 1 else "s")


def _values(axis: str, values: tuple[str, ...]) -> str:
    return f"{axis} has {_counted(values, 'value')}: {', '.join(values)}"


def cells(policy: Policy) -> Iterator[Finding]:
    """Each cell gives a severity, or a value of the axis that the table gives."""
    for table in written(policy):
        kind = f"value of {table.gives}" if table.gives else "severity"
        names = table.values if table.gives else tuple(policy.severities)
        for loc, cell in table.cells.items():
            yield from unknown(loc, kind, cell, (*names, NONE))
        if table.gives:
            yield from _never_given(table)
        elif policy.severity_rules.default is None:
            yield from _empty(table)


def _never_given(table: Written) -> Iterator[Finding]:
    given = set(table.cells.values())
    for index, value in enumerate(table.values):
        if value not in given:
            loc = (*table.loc[:-1], "values", index)
            what = f"no cell gives {table.gives} {value}: what applies to it never applies"
            yield warning(loc, what, f"put {value} into a cell, or leave it out")


def _empty(table: Written) -> Iterator[Finding]:
    for loc, cell in table.cells.items():
        if cell == NONE:
            what = "nothing gives a severity here, so the worst counts"
            yield warning(loc, what, "write a severity, or name the default")


def axis_values(policy: Policy) -> Iterator[Finding]:
    """The values of an axis are values of the attribute, each given once."""
    declared = {**dict(policy.attributes), **dict.fromkeys(policy.flags, ("yes", "no"))}
    known = {**declared, "service": tuple(policy.services)}
    for table in written(policy):
        for name, values in table.lists.items():
            loc = table.values_loc(name)
            named = isinstance(table.axes[name], dict)
            for index, value in enumerate(values):
                where = (*loc, value if named else index)
                if known.get(name):
                    yield from unknown(where, f"value of {name}", value, known[name], key=named)
                if value in values[:index]:
                    yield Finding(where, f"{value} is given twice", "keep one")


def computed_once(policy: Policy) -> Iterator[Finding]:
    """An axis does not follow from itself, and follows from one table only."""
    seen: dict[str, Written] = {}
    for table in written(policy):
        if table.gives is None:
            continue
        if table.gives in table.lists or table.gives in FIXED:
            itself = table.gives in table.lists
            how = "follows from itself" if itself else "is something that every incident has anyway"
            what = f"{table.gives} {how}"
            yield Finding(table.loc[:-1], what, "choose another name")
        first = seen.setdefault(table.gives, table)
        if (first.lists, first.matrix) != (table.lists, table.matrix):
            what = f"{table.gives} follows from two tables"
            yield Finding(table.loc[:-1], what, "choose another name for one")


def bounds(policy: Policy) -> Iterator[Finding]:
    """Bounds ask for what incidents can have, and can matter."""
    ranks = tuple(policy.severities)
    rules = policy.severity_rules
    for name, given, end, idle in (
        ("caps", rules.caps, ranks[0], "caps nothing: nothing is worse"),
        ("at_least", rules.at_least, ranks[-1], "asks for nothing: nothing is less bad"),
    ):
        for text, severity in given.items():
            loc = (*RULES, name, text)
            yield from misfits(policy, loc, text, key=True)
            yield from unknown(loc, "severity", severity, ranks)
            if severity == end:
                yield warning(loc, f"this {idle} than {end}", "remove it, or change the severity")


def floors_that_hold(policy: Policy) -> Iterator[Finding]:
    """A severity that is the least by one bound is not capped by another at the same time."""
    ranks = tuple(policy.severities)
    rules = policy.severity_rules
    for (floor, least), (cap, most) in product(rules.at_least.items(), rules.caps.items()):
        below = {least, most} <= set(ranks) and ranks.index(most) > ranks.index(least)
        if below and implies(parse_condition(floor), parse_condition(cap)):
            what = f"this never holds: caps says {most} at the same time, and counts last"
            loc = (*RULES, "at_least", floor)
            yield warning(loc, what, "remove one of them, or change a severity", key=True)


def every_level_reached(policy: Policy) -> Iterator[Finding]:
    """Report severities that no attribute gives, if severities follow from attributes."""
    rules = policy.severity_rules
    given = [cell for table in written(policy) if not table.gives for cell in table.cells.values()]
    if not given:
        return
    labelled = [severity for values in rules.from_labels.values() for severity in values.values()]
    default = rules.default or next(iter(policy.severities))
    reached = {*given, *labelled, *rules.caps.values(), *rules.at_least.values(), default}
    for severity in policy.severities:
        if severity not in reached:
            what = f"nothing gives {severity}: no cell, no label, not the default"
            how = "give it to one of them, or accept that only people set it"
            yield warning(("severities", severity), what, how)


def final_after_what_exists(policy: Policy) -> Iterator[Finding]:
    """Severities are final after a milestone that exists."""
    milestone = policy.severity_rules.frozen_after
    if milestone:
        known = (*MILESTONES, *policy.milestones)
        yield from unknown((*RULES, "frozen_after"), "milestone", milestone, known)
    if milestone == REPORTED:
        what = "every incident is reported, so no severity can ever change"
        yield warning((*RULES, "frozen_after"), what, "name a later milestone, such as closed")


def only_matrices_are_unsure(policy: Policy) -> Iterator[Finding]:
    """Only a matrix says what counts if it is not sure."""
    said = "when_unsure" in policy.severity_rules.model_fields_set
    if said and policy.severity_rules.source is None:
        loc = (*RULES, "when_unsure")
        yield warning(loc, "nothing here can be unsure", f"add {FROM[-1]}: ...", key=True)


CHECKS: tuple[Check, ...] = (
    matrices_are_whole,
    cells,
    axis_values,
    computed_once,
    bounds,
    floors_that_hold,
    every_level_reached,
    final_after_what_exists,
    only_matrices_are_unsure,
)

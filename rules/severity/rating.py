"""How bad an incident is: as somebody states it, by attributes, or by the labels of alerts.

They count in this order, and the policy's default comes last. The policy's bounds apply to all of
them: `at_least` first, then `caps`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from models.base import Actor
from models.compiled import CompiledPolicy
from models.incident.record import SeverityChange
from models.severity import NONE, AttributeTable, CompiledSeverityRules
from models.time.moments import Condition, parse_condition
from rules.alerts.severity import worst

Said = Mapping[str, tuple[str, ...]]
"""The known attributes of an incident: each with one value, or with several that all apply."""


@dataclass(frozen=True, slots=True)
class SeverityVerdict:
    """A severity and its reason.

    `meant` is the severity before the policy's bounds. `follows` says that the attributes gave it
    or that nobody stated one, so it changes with the attributes.
    """

    severity: str
    why: str
    meant: str
    follows: bool

    def begins(self, at: datetime, actor: Actor, *, confirmed: bool) -> SeverityChange:
        """The severity from an instant on, as the record keeps it."""
        return SeverityChange(
            severity=self.severity,
            at=at,
            actor=actor,
            confirmed=confirmed,
            meant=self.meant if self.meant != self.severity else None,
            follows=self.follows,
        )


@dataclass(frozen=True, slots=True)
class _Given:
    """The result of a table: one value if it is certain, else all possible ones."""

    values: tuple[str, ...]
    words: str


def _read(table: AttributeTable, said: Said, words: Mapping[str, str]) -> _Given | None:
    """The result of a table for what is known; None if none of its axes is known."""
    known = {
        axis.attribute: tuple(v for v in said.get(axis.attribute, ()) if v in axis.values)
        for axis in table.axes
    }
    if not any(known.values()):
        return None
    places = product(*(axis.values for axis in table.axes))
    cells = dict(zip(places, table.cells, strict=True))
    possible = product(*(known[axis.attribute] or axis.values for axis in table.axes))
    values = tuple(dict.fromkeys(cells[place] for place in possible))
    return _Given(
        values,
        " x ".join(
            f"{name} {' or '.join(found) or 'unknown'}{words.get(name, '')}"
            for name, found in known.items()
        ),
    )


def with_computed(rules: CompiledSeverityRules, said: Said) -> Said:
    """What is known, with what follows from it; a stated attribute is not computed."""
    return _computed(rules, said)[0]


def _computed(
    rules: CompiledSeverityRules, said: Said
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    known, words = dict(said), dict[str, str]()
    for table in rules.computed:
        given = _read(table, known, words)
        if given is None or table.gives is None or table.gives in said:
            continue
        known[table.gives] = tuple(value for value in given.values if value != NONE)
        words[table.gives] = f" ({given.words})"
    return known, words


def by_attributes(policy: CompiledPolicy, said: Said) -> tuple[str, str] | None:
    """The severity by the attributes and its reason; None if they give none for certain."""
    rules = policy.severity_rules or CompiledSeverityRules()
    known, words = _computed(rules, said)
    found: dict[str, str] = {}
    for table in rules.tables:
        given = _read(table, known, words)
        if given is None or (len(given.values) > 1 and rules.when_unsure == "default"):
            continue
        severity = worst(given.values, policy.severities)
        if severity:
            unsure = f", the worst of {', '.join(given.values)}" if len(given.values) > 1 else ""
            found.setdefault(severity, given.words + unsure)
    severity = worst(found, policy.severities)
    return (severity, found[severity]) if severity else None


def _fits(condition: Condition, known: Said) -> bool:
    """Whether a condition is certainly true: for all values, if several apply."""
    asked = [value in condition.values for value in known.get(condition.attribute, ())]
    return not any(asked) if condition.negated else bool(asked) and all(asked)


def _bounds(
    bounds: Mapping[str, str], known: Said, ranks: tuple[str, ...]
) -> Iterator[tuple[int, str]]:
    for text, severity in bounds.items():
        if severity in ranks and _fits(parse_condition(text), known):
            yield ranks.index(severity), text


def within_floor_and_cap(policy: CompiledPolicy, said: Said, severity: str) -> tuple[str, str]:
    """The severity within the policy's bounds, and the bound that moved it; "" if none did."""
    rules, ranks = policy.severity_rules or CompiledSeverityRules(), policy.severities
    known, _ = _computed(rules, said)
    rank, why = ranks.index(severity), ""
    floor, floored_by = min(_bounds(rules.at_least, known, ranks), default=(rank, ""))
    if floor < rank:
        rank, why = floor, f"at least {ranks[floor]} by {floored_by}"
    cap, capped_by = max(_bounds(rules.caps, known, ranks), default=(rank, ""))
    if cap > rank:
        rank, why = cap, f"capped at {ranks[cap]} by {capped_by}"
    return ranks[rank], why


def severity_by(
    policy: CompiledPolicy, said: Said, *, stated: str | None = None, labelled: str | None = None
) -> SeverityVerdict:
    """How bad an incident is.

    `stated` is a severity that somebody named, `labelled` the one from the labels of alerts; each
    counts only if the policy has that severity.
    """
    ranks = policy.severities
    given = by_attributes(policy, said)
    if stated in ranks:
        meant, why = stated, "as stated"
    elif given:
        meant, why = given
    elif labelled in ranks:
        meant, why = labelled, "by the labels of its alerts"
    else:
        meant, why = policy.default_severity, "by default"
    severity, bound = within_floor_and_cap(policy, said, meant)
    follows = stated not in ranks or (given is not None and given[0] == stated)
    return SeverityVerdict(severity, f"{why}; {bound}" if bound else why, meant, follows)


def unknown_axes(policy: CompiledPolicy, said: Said) -> tuple[str, ...]:
    """The attributes that must be known before a severity follows for certain."""
    rules = policy.severity_rules or CompiledSeverityRules()
    known, _ = _computed(rules, said)
    computed = {table.gives: table for table in rules.computed}
    asked = [axis.attribute for table in rules.tables for axis in table.axes]
    missing: dict[str, None] = {}
    while asked:
        name = asked.pop(0)
        if len(known.get(name, ())) == 1:
            continue
        if name in computed:
            asked += [axis.attribute for axis in computed[name].axes]
        else:
            missing[name] = None
    return tuple(missing)

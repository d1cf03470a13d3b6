"""The fields that the policy asks of a reporter, in the order in which people fill them in."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.base import Actor
from models.compiled import CompiledPolicy
from models.severity import CompiledSeverityRules
from rules.commands.beginning.judged_report import field_of, severities_open_to
from rules.severity.rating import unknown_axes

ALWAYS = ("title", "nature", "affected_systems")
FIRST = frozenset((*ALWAYS, "severity"))


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field of a report.

    It takes one of `choices`, or any text if there are none. `decides` says that the severity
    follows from it. If it is not `needed`, a reporter may leave it out.
    """

    name: str
    needed: bool
    choices: tuple[str, ...] = ()
    decides: bool = False

    @property
    def leads(self) -> bool:
        """Whether the field stands first; the others may be hidden."""
        return self.needed or self.decides or self.name in FIRST


def asked_fields(
    reporter: Actor, policy: CompiledPolicy, services: tuple[str, ...]
) -> tuple[AskedField, ...]:
    """The fields of a report, those that the policy requires or decides by first.

    A reporter chooses only among the severities at which they may report. If attributes can give
    the severity, nobody needs to state one.
    """
    return tuple(sorted(_fields(reporter, policy, services), key=lambda field: not field.leads))


def _fields(
    reporter: Actor, policy: CompiledPolicy, services: tuple[str, ...]
) -> Iterator[AskedField]:
    required = frozenset(("title", *policy.reporting.required))
    rules = policy.severity_rules or CompiledSeverityRules()
    decide = unknown_axes(policy, {})
    for name in ALWAYS:
        yield AskedField(name, name in required)
    yield AskedField("service", "service" in required, services)
    follow = {table.gives for table in rules.computed} - required
    for name in dict.fromkeys((*decide, *policy.attributes)):
        if name in policy.attributes and name not in follow:
            values = policy.attributes[name]
            yield AskedField(field_of(name), name in required, values, name in decide)
    stated = "severity" in required and not rules.tables
    yield AskedField("severity", stated, severities_open_to(reporter, policy))

"""Works a rule out once if it is asked again about the same record at the same instant."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import NamedTuple, TypeVar

from models.compiled import CompiledPolicy
from models.incident.record import Incident

Result = TypeVar("Result")
Rule = Callable[[CompiledPolicy, Incident, datetime], Result]

KEPT = 16
"""How many results of a rule are kept. A worker handles as many incidents at a time."""


class _Kept(NamedTuple):
    """What a rule was asked, and its result."""

    policy: CompiledPolicy
    incident: Incident
    now: datetime
    result: object


def once(rule: Rule[Result]) -> Rule[Result]:
    """The same rule, but it keeps its newest results.

    Policies and records never change, so the same objects at the same instant give the same result.
    Equal objects do not count as the same: to compare them takes longer than the rule.
    """
    kept: tuple[_Kept, ...] = ()

    @wraps(rule)
    def asked(policy: CompiledPolicy, incident: Incident, now: datetime) -> Result:
        nonlocal kept
        for before in kept:
            if before.incident is incident and before.policy is policy and before.now == now:
                return before.result  # type: ignore[return-value]
        result = rule(policy, incident, now)
        # If two threads come here at once, one result is lost and worked out again.
        kept = (_Kept(policy, incident, now, result), *kept[: KEPT - 1])
        return result

    return asked

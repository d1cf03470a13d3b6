"""Which calendars a target needs, and whether their slices are there."""

from models.compiled import CompiledPolicy
from models.time.calendar import LOCAL
from models.time.clock import Target


def calendars_of(target: Target) -> frozenset[str]:
    """The calendars that a target needs."""
    named = {target.calendar, target.rolls.calendar if target.rolls else None}
    if target.days or target.months or target.day_end is not None:
        named.add(target.calendar or LOCAL)
    softer = calendars_of(target.should) if target.should else frozenset()
    return softer | frozenset(name for name in named if name)


def worked_out(target: Target, policy: CompiledPolicy) -> bool:
    """Whether every calendar of a target has its slice; until then its clock cannot be read."""
    return calendars_of(target) <= policy.slices.keys()

"""Office hours, and people in zones of their own."""

from collections.abc import Mapping

from models.compiled import Person
from models.policy.sections.calendars import WEEK
from models.time.calendar import CalendarSpec, OpenHours

OFFICE = CalendarSpec(
    name="", zone="Asia/Kolkata", opens=(OpenHours(days=WEEK, hours=(("09:00", "17:00"),)),)
)
"""Nine to five, in Kolkata for whoever has no zone."""


def in_zone(people: Mapping[str, Person], **zones: str) -> dict[str, Person]:
    """The people, some of them with a zone."""
    return {
        name: person.changed(zone=zones.get(name, person.zone)) for name, person in people.items()
    }

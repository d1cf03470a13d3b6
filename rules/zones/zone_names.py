"""Time zones by name: whether one exists, and which was probably meant."""

from functools import cache

from models.policy.values.words import nearest_word
from rules.zones.calendars import zone_known, zones

_HOW = "write an IANA name, such as Europe/London"


@cache
def _known() -> tuple[str, ...]:
    return tuple(sorted(zones()))


@cache
def _cities() -> dict[str, str]:
    """The zones by their last word, which people write alone: London, New_York."""
    return {zone.rpartition("/")[2]: zone for zone in reversed(_known()) if "/" in zone}


def unknown_zone(name: str) -> str | None:
    """What to write instead of an unknown zone; None if the zone exists."""
    if zone_known(name):
        return None
    written = name.strip().replace(" ", "_")
    if any(letter.isdecimal() for letter in written):
        return _HOW
    city = nearest_word(written.rpartition("/")[2], _cities())
    meant = nearest_word(written, _known()) or (_cities()[city] if city else None)
    return f"did you mean {meant}?" if meant else _HOW

"""How many pages are too many, as people write it: `10 per 15m`."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from models.people.workload import FEWEST, PageLimit
from models.policy.values.durations import parse_duration, shortened
from models.policy.values.words import wrong_value

LONGEST = timedelta(days=1)
MOST = 1000
_FORM = re.compile(r"([0-9]{1,12})\s*(?:per|/)\s*(\S+)")
_HOW = "write how many pages in what time, such as 10 per 15m"


def parse_limit(given: object) -> PageLimit:
    """The limit that a text means. Raises a ValueError that says what to write."""
    if isinstance(given, PageLimit):
        return given
    found = _FORM.fullmatch(given.strip()) if isinstance(given, str) else None
    if not found:
        short = shortened(given.strip()) if isinstance(given, str) else ""
        raise wrong_value(
            f"{given!r} is not a limit", f"write {short}" if _FORM.fullmatch(short) else _HOW
        )
    most, within = int(found[1]), parse_duration(found[2])
    if most < FEWEST:
        why = "one page, one kept for the worst severity, and a summary of the rest"
        raise wrong_value(f"a limit of {most} is too small", f"allow at least {FEWEST}: {why}")
    if most > MOST:
        raise wrong_value(f"{most} pages are more than anybody can read", f"write at most {MOST}")
    if not timedelta() < within <= LONGEST:
        raise wrong_value(f"{found[2]} is not a period to count pages in", "write one of up to 1d")
    return PageLimit(most=most, within=within)


PageLimitText = Annotated[PageLimit, BeforeValidator(parse_limit)]
"""At most so many pages in any time of this length: `10 per 15m`."""

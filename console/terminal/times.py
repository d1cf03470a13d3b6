"""Parses instants as people type them."""

import re
from datetime import UTC, datetime, timedelta

from console.terminal.failure import usage
from models.base import FIRST_YEAR, LAST_YEAR

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AMOUNT = r"[0-9]{1,12}(?:\.[0-9]{1,12})?"
_PART = re.compile(rf"({_AMOUNT})\s*([smhdw])")
_DURATION = re.compile(rf"(?:{_AMOUNT}\s*[smhdw]\s*)+")
PAST = "such as 2026-03-27T16:50:00Z, 2026-03-27T17:50+01:00, -10m or '1h30m ago'"
FORMS = f"{PAST.replace(' or ', ', ')} or +2d"


def parse_duration(text: str) -> timedelta:
    """Parse an elapsed duration such as `90s`, `1h30m` or `2d`. Raises `Failure` (usage)."""
    if not _DURATION.fullmatch(text.strip()):
        message = f"{text!r} is not a duration; write one such as 90s, 1h30m or 2d"
        raise usage(message)
    parts: dict[str, float] = {}
    for amount, unit in _PART.findall(text):
        parts[_UNITS[unit]] = parts.get(_UNITS[unit], 0.0) + float(amount)
    try:
        return timedelta(**parts)
    except OverflowError:
        message = f"{text!r} is too long a duration"
        raise usage(message) from None


def within_reach(at: datetime, text: str) -> datetime:
    """Return the instant or local time. Raises `Failure` (usage) if no calendar covers it."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise usage(f"{text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return at


def parse_instant(text: str, now: datetime, forms: str = FORMS) -> datetime:
    """Parse an instant to UTC: ISO 8601 with a zone, or an offset from `now`.

    Raises `Failure` (usage) for anything else, including an instant without a zone or outside the
    supported years; the message lists the accepted `forms`.
    """
    return within_reach(_parsed(text, now, forms), text)


def _parsed(text: str, now: datetime, forms: str) -> datetime:
    words, now = text.strip().lower(), now.astimezone(UTC)
    if words == "now":
        return now
    try:
        if words.endswith(" ago"):
            return now - parse_duration(words.removesuffix(" ago"))
        if words.startswith("-"):
            return now - parse_duration(words.removeprefix("-"))
        if words.startswith("+"):
            return now + parse_duration(words.removeprefix("+"))
        return _iso(text, forms).astimezone(UTC)
    except OverflowError:
        message = f"{text!r} lies outside the calendar"
        raise usage(message) from None


def _iso(text: str, forms: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"{text!r} is not an instant; write one {forms}"
        raise usage(message) from None
    if instant.tzinfo is None:
        message = f"{text!r} has no time zone; write one {forms}"
        raise usage(message)
    return instant

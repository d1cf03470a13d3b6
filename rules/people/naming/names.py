"""The names of people: how they are written, whom they resemble, and who is known.

Every name is judged here, whatever way it comes in.
"""

import unicodedata
from collections.abc import Iterable

from models.base import ENGINE, MONITORING
from models.people.party import party_named
from models.policy.values.words import nearest_word
from models.readable import made_visible

ANYONE = "anyone"
PEOPLE = "people"
RESPONDERS = "responders"
NOBODY = "nobody"
ACKNOWLEDGER = "acknowledger"
REPORTER = "reporter"
OUTSIDE = "outside"
RESERVED = (
    ANYONE,
    RESPONDERS,
    ACKNOWLEDGER,
    REPORTER,
    MONITORING.name,
    NOBODY,
    PEOPLE,
    OUTSIDE,
    "unknown",
    ENGINE.name,
)
"""Words with a meaning of their own where people and roles are named; nobody can have them as a
name."""

_UNSEEN = tuple(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
"""Characters that count as printable but show nothing."""
_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
"""Alphabets with letters that people mistake for those of another alphabet."""
_ALIKE = {
    **dict(zip("аегіїјкмнорстухѕԁһӏԛԝѵ", "aeriijkmhopctyxsdhlqwv", strict=True)),
    **dict(zip("αγεηικνορτυχω", "ayenikvoptuxw", strict=True)),
    **dict(zip("ɑɡıɩᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ", "agiiabcdeghijklmnoprtuvwyz", strict=True)),
}
"""Letters of other alphabets and of phonetics, each with the Latin letter that it looks like."""


def spelling_flaw(name: str) -> str | None:
    """What is wrong with the spelling of a name, no matter whom it means; None if nothing is."""
    if not name.strip():
        return "is blank"
    if any(not letter.isprintable() or letter in _UNSEEN for letter in name):
        return f"{shown(name)} has characters that cannot be seen"
    if name != name.strip():
        return f"{shown(name)} begins or ends with a space"
    if len(_alphabets(name)) > 1:
        return f"{shown(name)} mixes letters of {' and '.join(sorted(_alphabets(name)))}"
    if name != unicodedata.normalize("NFKC", name):
        plain = unicodedata.normalize("NFKC", name)
        return f"{shown(name)} is written with unusual characters: write {shown(plain)}"
    if skeleton(name) in RESERVED:
        return f"{shown(name)} is a word of the engine, and nobody's name"
    return None


def claim_flaw(name: str) -> str | None:
    """What is wrong with a name under which somebody acts or reports; None if nothing is.

    Nobody has a name that means a team, a role or somebody else of its kind.
    """
    if party_named(name.casefold()).kind:
        return f"{shown(name)} begins with a word of the engine: write your own name alone"
    return spelling_flaw(name)


def skeleton(name: str) -> str:
    """A name as the eye sees it: people mistake two names with the same skeleton for each other."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    seen = (c for c in plain if c.isalnum() and c not in _UNSEEN)
    return "".join(_ALIKE.get(letter, letter) for letter in seen)


def looks_like(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one looks like; None if it is a known name or looks like none."""
    names = tuple(known)
    if name in names:
        return None
    wanted = skeleton(name)
    return next((other for other in names if skeleton(other) == wanted), None)


def meant_by(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant: the one it looks like, or the nearest."""
    names = tuple(known)
    if name in names:
        return None
    return looks_like(name, names) or nearest_word(name, names)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, as the end of a sentence; empty if there is none."""
    meant = meant_by(name, known)
    return f"; did you mean {meant}?" if meant else ""


def mistaken_for(name: str, meant: str) -> str:
    """The words that nobody has a name, and which known one was probably meant."""
    return f"nobody of the policy is called {shown(name)}; did you mean {meant}?"


def shown(name: str) -> str:
    """A name in quotes, with its invisible characters made visible."""
    hidden = "".join(_escape(letter) if letter in _UNSEEN else letter for letter in name[:80])
    return f"'{made_visible(hidden)}'"


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode()


def _alphabets(name: str) -> set[str]:
    words = (unicodedata.name(letter, "").partition(" ")[0] for letter in name if letter.isalpha())
    return {word.capitalize() for word in words if word in _ALPHABETS}

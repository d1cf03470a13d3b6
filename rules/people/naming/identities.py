"""Which person of the policy an identity of an OpenID provider means."""

from models.intake import Identities

EMAIL = "email"
"""The claim whose values are e-mail addresses; only these are compared with those of people."""


def compared(address: str) -> str:
    """An e-mail address as it is compared: capitals do not count.

    Beyond ASCII, letters that differ can have the same small letter; such an address stays as it
    is.
    """
    return address.lower() if address.isascii() else address


def person_known_as(identities: Identities, claim: str, value: str) -> str | None:
    """The person whom the value of a claim means; None if it means nobody, or several.

    Other claims than `email` may hold text that people choose themselves, so they count only as the
    policy lists them, letter by letter.
    """
    if claim == EMAIL:
        return identities.addresses.get(compared(value))
    return identities.listed.get(value)

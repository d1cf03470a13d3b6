"""How a way in established who somebody is."""

from enum import StrEnum


class Proof(StrEnum):
    """How a name was established. Its value is what the record and `authority.trust` say."""

    TOKEN = "token"  # noqa: S105 - the name of a proof
    """A bearer token that belongs to a person or a tool."""
    OIDC = "oidc"
    """A login with the identity provider of the installation."""
    LINK = "link"
    """The link of a page or reminder: whoever holds it acts for the person who got it."""
    CHAT = "chat"
    """An account of a chat that belongs to the person."""
    MAIL = "mail"
    """An answer by mail from the person's address."""
    SMS = "sms"
    """An answer by SMS from the person's number."""
    VOICE = "voice"
    """Digits typed during a call to the person's number."""
    TRACKER = "tracker"
    """An account of a tracker that belongs to the person."""
    CLAIMED = "claimed"
    """Nothing: the sender says so."""

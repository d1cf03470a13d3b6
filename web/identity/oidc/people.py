"""Which person of the policy an OpenID provider means."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from models.access import Scope
from models.intake import Identities, IntakeRules
from models.proof import Proof
from rules.people.naming.identities import EMAIL, person_known_as
from web.http.errors import Refused
from web.identity.asker import Asker

SCOPES = frozenset({Scope.REPORT.value, Scope.READ.value, Scope.COMMAND.value})
"""People report, read and command; alerts come from monitoring, with a token."""
VERIFIED = "email_verified"
LONGEST = 300


class People:
    """Knows people by a claim, as the policy in force says.

    If the policy cannot be used for a while, the last one counts.
    """

    def __init__(self, claim: str, rules: Callable[[], IntakeRules]) -> None:
        self.claim = claim
        self._rules = rules
        self._last: Identities | None = None

    def complete(self, claims: Mapping[str, Any]) -> bool:
        """Whether claims say who somebody is."""
        return self.claim in claims and (self.claim != EMAIL or VERIFIED in claims)

    def identity(self, claims: Mapping[str, Any]) -> str:
        """By which identity the provider knows somebody. Raises Refused (403)."""
        said = claims.get(self.claim)
        if not isinstance(said, str) or not 0 < len(said) <= LONGEST:
            raise _nobody(f"the OpenID provider does not say who you are: it sent no {self.claim}")
        if self.claim == EMAIL and not _verified(claims):
            raise _nobody(f"the OpenID provider has not verified that {said} is your address")
        return said

    def asker(self, identity: str) -> Asker:
        """Who asks with an identity. Raises Refused (403, or 503 if no policy was ever known)."""
        person = self.named(identity)
        if person is None:
            raise _nobody(
                f"{identity} is no person of the policy: it must be the address of one person "
                "there, or one of their `identities`"
            )
        return Asker(
            name=person, proof=Proof.OIDC, source=f"OpenID identity {identity}", scopes=SCOPES
        )

    def named(self, identity: str) -> str | None:
        """The person with an identity; None if it means nobody, or several. Raises Refused."""
        try:
            self._last = self._rules().identities
        except Refused:
            if self._last is None:
                raise
        return person_known_as(self._last, self.claim, identity)


def _nobody(message: str) -> Refused:
    return Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", message)


def _verified(claims: Mapping[str, Any]) -> bool:
    """Whether an address is verified; some providers write it as text."""
    said = claims.get(VERIFIED)
    return said is True or said == "true"

"""Who asks, how that was established, and what they may ask for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request

from models.access import EVERY_SCOPE, Scope, alerts_of
from models.base import Actor
from models.proof import Proof
from models.way_in import WayIn
from rules.access.tokens import allows
from web.http.errors import Refused


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks.

    `name` is a person or tool of the policy; None if the request itself says who asks, which is
    then a claim. `source` says in a log which credential it was, and never holds a secret. A link
    opens only `incident`, for `commands`.
    """

    name: str | None
    proof: Proof
    source: str
    scopes: frozenset[str] = EVERY_SCOPE
    incident: str | None = None
    commands: frozenset[str] | None = None

    @property
    def owner(self) -> str | None:
        """Whose credential it is; None if that is only claimed."""
        return None if self.proof is Proof.CLAIMED else self.name

    def may(self, scope: Scope, source: str | None = None) -> None:
        """Raises Refused (403) if the credential does not allow `scope`."""
        if allows(self.scopes, scope, source):
            return
        wanted = alerts_of(source) if source else scope
        held = ", ".join(sorted(self.scopes)) or "nothing"
        message = f"this token allows {held}; this needs {wanted}"
        raise Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", message)

    def actor(self, claimed: str | None, way: WayIn) -> Actor:
        """The actor of what is asked. Raises Refused (422) if the request names somebody else."""
        if self.name is None:
            if not claimed:
                problem = "is missing: say who acts"
                raise _wrong("actor", problem)
            return Actor(name=claimed, via=way.value)
        self.speaks_for(claimed, "actor")
        return Actor(name=self.name, via=way.value, proof=self.proof)

    def speaks_for(self, named: str | None, field: str) -> None:
        """Raises Refused (422) if `field` names somebody whose credential this is not."""
        if self.name is not None and named not in {None, self.name}:
            problem = f"is {self.name}, whose credential this is: leave it out"
            raise _wrong(field, problem)


def _wrong(field: str, problem: str) -> Refused:
    status, message = HTTPStatus.UNPROCESSABLE_ENTITY, f"{field} {problem}"
    return Refused(status, "Malformed", message, fields=[(field, problem)])


ANYBODY = Asker(name=None, proof=Proof.CLAIMED, source="nothing")
"""Who asks without a credential, if none is needed: on loopback, without an intake token."""

Identify = Callable[[Request], Awaitable[Asker]]


def asker_of(request: Request) -> Asker:
    """The asker of a request that `Identified` let in."""
    asker: Asker = request.state.asker
    return asker


def unknown(message: str) -> Refused:
    """Refuse a request that does not say who asks, or says it wrongly."""
    return Refused(
        HTTPStatus.UNAUTHORIZED,
        "NotAuthenticated",
        message,
        headers={"WWW-Authenticate": "Bearer"},
    )

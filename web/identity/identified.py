"""Lets a request in if it says who asks; every refusal is logged, without the credential."""

from http import HTTPStatus

import structlog
from fastapi import Request

from web.http.errors import Refused, address_of, shown_path
from web.identity.asker import Asker, Identify
from web.identity.limits import FailedAttempts
from web.identity.rates import Rates

log = structlog.get_logger(__name__)


def failed(request: Request, refused: Refused, failures: FailedAttempts) -> Refused:
    """Log and count an attempt with a wrong credential; returns the refusal to answer with."""
    address = address_of(request)
    log.warning("credential.refused", address=address, path=shown_path(request), why=str(refused))
    told = failures.failed(address) or refused
    told.logged = True
    return told


class Identified:
    """A dependency of routes: finds out who asks, and keeps it on the request."""

    def __init__(self, identify: Identify, failures: FailedAttempts, rates: Rates) -> None:
        self._identify = identify
        self._failures = failures
        self._rates = rates

    async def __call__(self, request: Request) -> Asker:
        """Who asks. Raises Refused."""
        try:
            asker = await self._identify(request)
        except Refused as refused:
            if refused.status is not HTTPStatus.UNAUTHORIZED:
                raise
            raise failed(request, refused, self._failures) from None
        self._rates.check(asker, address_of(request))
        request.state.asker = asker
        return asker

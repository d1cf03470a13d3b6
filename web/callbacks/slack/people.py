"""Which person of the policy a user of Slack is; nobody else may do anything."""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import structlog

from connectors.errors import ConnectorError, PermanentError
from models.access import Scope
from models.intake import IntakeRules
from models.policy.sections.people import SLACK_USER
from models.proof import Proof
from rules.people.naming.identities import EMAIL, person_known_as
from web.callbacks.slack.apps import SlackApp
from web.http.errors import Refused, unavailable
from web.identity.asker import Asker
from web.identity.rates import Rates

log = structlog.get_logger(__name__)

SCOPES = frozenset({Scope.REPORT.value, Scope.READ.value, Scope.COMMAND.value})
_WITHIN = timedelta(seconds=1.5)
_FRESH_SECONDS = 60.0
_MOST_KEPT = 10_000
_NAMELESS = "Slack user "
"""No name of a policy has a space."""


class SlackPeople:
    """Knows people by their member ID in the policy, or else by their e-mail address in Slack.

    It remembers addresses for a minute, and never that somebody has none.
    """

    def __init__(self, app: SlackApp, rules: Callable[[], IntakeRules], rates: Rates) -> None:
        self._app = app
        self._rules = rules
        self._rates = rates
        self._addresses: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._team = ""

    async def asker(self, user: str) -> Asker:
        """Who asks, if a user does something. Raises Refused (403, 429, 503)."""
        if not SLACK_USER.fullmatch(user):
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", "Slack does not say who you are")
        person = await self._person(user)
        if person is None:
            raise Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", unknown(user))
        source = f"Slack user {user}"
        asker = Asker(name=person, proof=Proof.CHAT, source=source, scopes=SCOPES)
        self._rates.check(asker, "")
        return asker

    async def known(self, user: str) -> bool:
        """Whether the policy knows a user; false if that cannot be found out."""
        return not (await self.name(user)).startswith(_NAMELESS)

    async def name(self, user: str) -> str:
        """How to name a user in a note: as the policy does, if it can be found out."""
        try:
            known = await self._person(user) if SLACK_USER.fullmatch(user) else None
        except Refused:
            known = None
        return known or f"{_NAMELESS}{user[:40]}"

    async def _person(self, user: str) -> str | None:
        identities = self._rules().identities
        person = identities.slack.get(user)
        if person is None:
            address = await self._address(user)
            person = person_known_as(identities, EMAIL, address) if address else None
        return person

    async def _address(self, user: str) -> str:
        """The address of a member of this workspace; empty if there is none that counts."""
        kept_at, address = self._addresses.get(user, (0.0, ""))
        if address and time.monotonic() - kept_at < _FRESH_SECONDS:
            return address
        try:
            found = (await self._app.slack.call("users.info", _WITHIN, user=user)).get("user")
            team = await self._own_team() if isinstance(found, dict) else ""
        except PermanentError as error:
            log.warning("slack.address_unknown", channel=self._app.name, error=error.reason)
            return ""
        except ConnectorError as error:
            message = f"Slack does not say who you are: {error.reason}"
            raise unavailable("SlackNotReachable", message) from None
        address = _address_of(found, team)
        if address:
            self._addresses[user] = (time.monotonic(), address)
            self._addresses.move_to_end(user)
            while len(self._addresses) > _MOST_KEPT:
                self._addresses.popitem(last=False)
        return address

    async def _own_team(self) -> str:
        if not self._team:
            answer = await self._app.slack.call("auth.test", _WITHIN)
            self._team = str(answer.get("team_id") or "")
        return self._team


def _address_of(user: Any, team: str) -> str:
    """The address of a user; empty for bots, for people who left, and for guests of another team.

    Anybody can have any address in a workspace of their own.
    """
    if not isinstance(user, dict) or user.get("deleted") or user.get("is_bot"):
        return ""
    strange = user.get("is_stranger") or user.get("is_email_confirmed") is False
    if strange or not team or user.get("team_id") != team:
        return ""
    profile = user.get("profile")
    address = profile.get("email") if isinstance(profile, dict) else None
    return address if isinstance(address, str) else ""


def unknown(user: str) -> str:
    """The message for somebody whom the policy does not know."""
    return (
        f"the policy does not know you in Slack. Ask whoever keeps it to add your member ID to "
        f"your name under `people`: slack: {user}. Or give your Slack account the e-mail address "
        "that the policy has for you"
    )

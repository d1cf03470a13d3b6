"""An OpenID provider, as the web server asks it."""

from collections.abc import Callable

from models.intake import IntakeRules
from runtime.openid import OpenId
from web.identity.asker import Asker, unknown
from web.identity.oidc.code_flow import CodeFlow
from web.identity.oidc.people import People
from web.identity.oidc.provider import Provider
from web.identity.oidc.verifying import Verifier


class OpenIdConnect:
    """Who asks, as the provider of the settings says it; `flow` is the login of browsers."""

    def __init__(self, openid: OpenId, rules: Callable[[], IntakeRules]) -> None:
        provider = Provider(openid)
        self.settings = openid
        self.people = People(openid.claim, rules)
        self._verifier = Verifier(openid, provider)
        self.flow = CodeFlow(openid, provider, self._verifier, self.people)

    @property
    def logs_in(self) -> bool:
        """Whether people can log in there with a browser."""
        return self.settings.client_id is not None

    async def asker(self, token: str) -> Asker:
        """Who asks with a token of the provider. Raises Refused: 401, 403 or 503."""
        audience = self.settings.audience
        if audience is None:
            raise unknown("tokens of the OpenID provider do not count here: take another one")
        claims = await self._verifier.claims(token, audience)
        return self.people.asker(self.people.identity(claims))


def connected(openid: OpenId | None, rules: Callable[[], IntakeRules]) -> OpenIdConnect | None:
    """The provider of the settings; None if they name none."""
    return OpenIdConnect(openid, rules) if openid else None

"""The OpenID provider that knows the people of an installation."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from models.addresses import WITHOUT_TLS, is_exposed, is_loopback, parts_of
from runtime.settings import Settings, SettingsBroken

CALLBACK = "/login/oidc/callback"


@dataclass(frozen=True, slots=True)
class OpenId:
    """How to ask a provider who somebody is.

    `audience` is what the tokens for the API must be made for; None means that they do not count.
    `client_id` is what the provider calls the web server; None means that it has no such login.
    `claim` says who somebody is, `session` how long a login counts.
    """

    issuer: str
    claim: str
    session: timedelta
    audience: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    redirect_uri: str = ""

    @property
    def plain(self) -> bool:
        """Whether the provider is on this machine and may be asked without TLS."""
        parts = parts_of(self.issuer)
        return parts is not None and parts.scheme == WITHOUT_TLS and is_loopback(parts.hostname)

    @property
    def host(self) -> str:
        """The provider as people know it."""
        parts = parts_of(self.issuer)
        return parts.netloc if parts else self.issuer


def openid_of(settings: Settings) -> OpenId | None:
    """The provider of the settings; None if they name none. Raises SettingsBroken."""
    said = {
        "INCIDENT_OIDC_AUDIENCE": settings.oidc_audience,
        "INCIDENT_OIDC_CLIENT_ID": settings.oidc_client_id,
        "INCIDENT_OIDC_CLIENT_SECRET": settings.oidc_client_secret,
    }
    if settings.oidc_issuer is None:
        for name, value in said.items():
            if value:
                raise SettingsBroken(f"{name}: has no effect without INCIDENT_OIDC_ISSUER")
        return None
    if not settings.oidc_audience and not settings.oidc_client_id:
        raise SettingsBroken(
            "INCIDENT_OIDC_ISSUER: needs INCIDENT_OIDC_CLIENT_ID for the login of pages, "
            "INCIDENT_OIDC_AUDIENCE for tokens of the API, or both"
        )
    if settings.oidc_client_secret and not settings.oidc_client_id:
        raise SettingsBroken("INCIDENT_OIDC_CLIENT_SECRET: needs INCIDENT_OIDC_CLIENT_ID")
    return OpenId(
        issuer=settings.oidc_issuer,
        claim=settings.oidc_people_claim,
        session=timedelta(hours=settings.oidc_session_hours),
        audience=settings.oidc_audience,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        redirect_uri=_redirect_uri(settings) if settings.oidc_client_id else "",
    )


def _redirect_uri(settings: Settings) -> str:
    """Where the provider sends browsers back to. Raises SettingsBroken."""
    public = parts_of(settings.public_url)
    if public is None:
        raise SettingsBroken(
            "INCIDENT_OIDC_CLIENT_ID: needs INCIDENT_PUBLIC_URL, to which browsers come back"
        )
    if is_exposed(public):
        raise SettingsBroken(
            "INCIDENT_OIDC_CLIENT_ID: INCIDENT_PUBLIC_URL must begin with https://, so that nobody "
            "on the way can read a login"
        )
    return f"{settings.public_url}{CALLBACK}"

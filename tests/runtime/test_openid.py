"""The OpenID provider of the settings: what must be set together."""

from datetime import timedelta

import pytest

from runtime.openid import openid_of
from runtime.settings import SettingsBroken, load_settings

ISSUER = "https://login.example.org/realms/example"
PUBLIC = "https://incidents.example.org"


def with_settings(monkeypatch: pytest.MonkeyPatch, **said: str) -> None:
    """Set variables; the names leave out INCIDENT_."""
    for name, value in said.items():
        monkeypatch.setenv(f"INCIDENT_{name.upper()}", value)


def test_without_an_issuer_there_is_none() -> None:
    """A fresh clone has no provider."""
    assert openid_of(load_settings()) is None


def test_the_provider_sends_browsers_back_to_the_public_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exactly there, below its path, and the secret is shown nowhere."""
    with_settings(
        monkeypatch,
        oidc_issuer=ISSUER,
        oidc_client_id="web",
        oidc_client_secret="not-shown",
        public_url=f"{PUBLIC}/inc/",
        oidc_session_hours="8",
    )
    openid = openid_of(load_settings())
    assert openid
    assert openid.redirect_uri == f"{PUBLIC}/inc/login/oidc/callback"
    assert (openid.claim, openid.session) == ("email", timedelta(hours=8))
    assert (openid.host, openid.plain) == ("login.example.org", False)
    assert "not-shown" not in repr(openid)


@pytest.mark.parametrize(
    ("said", "variable"),
    [
        ({"oidc_audience": "api"}, "OIDC_AUDIENCE"),
        ({"oidc_client_secret": "s"}, "OIDC_CLIENT_SECRET"),
        ({"oidc_issuer": ISSUER}, "OIDC_ISSUER"),
        ({"oidc_issuer": ISSUER, "oidc_client_id": "web"}, "PUBLIC_URL"),
        (
            {"oidc_issuer": ISSUER, "oidc_audience": "a", "oidc_client_secret": "s"},
            "OIDC_CLIENT_SECRET",
        ),
        (
            {
                "oidc_issuer": ISSUER,
                "oidc_client_id": "web",
                "public_url": "http://incidents.example.org",
            },
            "https://",
        ),
        ({"oidc_issuer": "http://login.example.org"}, "OIDC_ISSUER"),
        ({"oidc_issuer": f"{ISSUER}?x=1"}, "OIDC_ISSUER"),
        ({"oidc_issuer": "https://user:secret@login.example.org"}, "OIDC_ISSUER"),
        ({"oidc_session_hours": "13"}, "OIDC_SESSION_HOURS"),
        ({"oidc_people_claim": "two words"}, "OIDC_PEOPLE_CLAIM"),
    ],
)
def test_settings_that_do_not_fit_say_which(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], variable: str
) -> None:
    """Before the web server begins to listen, and without any value."""
    with_settings(monkeypatch, **said)
    with pytest.raises(SettingsBroken, match=variable) as caught:
        openid_of(load_settings())
    assert "secret@" not in str(caught.value)

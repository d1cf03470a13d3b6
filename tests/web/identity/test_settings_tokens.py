"""Tokens of the settings: each is a token of its own."""

from hashlib import sha256

from connectors.signed_links import LinkKeys
from runtime.tokens import TokenSettings
from tests.scenarios.siren import Siren
from tests.web.conftest import http_for
from tests.web.pages.browser import Browser

KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")


def token_of(owner: str, secret: str) -> TokenSettings:
    """A token of somebody."""
    digest = sha256(secret.encode()).hexdigest()
    return TokenSettings(hash=digest, owner=owner, scopes=("read", "command"))


async def test_a_session_belongs_to_the_token_that_began_it(siren: Siren) -> None:
    """However many tokens the settings have: a session looks its own token up again."""
    secrets = {"ana": "ana-secret-0123456789", "bo": "bo-secret-0123456789"}
    tokens = {name: token_of(name, secret).token(name) for name, secret in secrets.items()}
    for name, secret in secrets.items():
        async with http_for(siren.client, siren, tokens=tokens, keys=KEYS) as http:
            board = await Browser(http).logs_in("", secret)
            assert f"You are <strong>{name}</strong>" in board.text

"""Checks that addresses and tokens which operators set give no secret away."""

from pydantic import SecretStr, ValidationInfo

from models.addresses import has_userinfo, is_exposed, is_token, parts_of


def without_userinfo(url: str | None) -> str | None:
    """Return `url` if it carries no login.

    A login in a URL ends up in logs of proxies and servers. Raises ValueError.
    """
    if has_userinfo(url):
        raise ValueError("must not contain a user name or a password: set the token instead")
    return url


def kept_secret(token: SecretStr | None, settings: ValidationInfo) -> SecretStr | None:
    """Return `token` if nobody on the way to the `url` beside it can read it. Raises ValueError."""
    if token is None:
        return None
    if not is_token(token.get_secret_value()):
        raise ValueError("must consist of ASCII letters, digits and signs, without spaces")
    parts = parts_of(settings.data.get("url"))
    if parts and is_exposed(parts):
        raise ValueError("is not sent without TLS: the url must begin with https://")
    return token

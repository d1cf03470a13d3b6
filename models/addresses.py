"""Addresses in the web: which of them may be used, followed and shown."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

LINK_LIMIT = 2000
WITHOUT_TLS = "http"
WEB = frozenset({"https", WITHOUT_TLS})
_HOST = re.compile(r"[A-Za-z0-9_.-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
"""A host as every program reads it. Letters beyond ASCII can look like others: write xn--..."""
_PARAMETER = re.compile(r"[;?&#]([^=;?&#]+)=")
_SECRET = re.compile(
    r"token|secret|passw|signature|credential|auth|jwt|session|key$|^(sig|code|pwd|pass|sid)$"
)


def is_loopback(host: str | None) -> bool:
    """Whether `host`, a name or an address, is this machine alone."""
    if (host or "").lower().rstrip(".") == "localhost":
        return True
    return is_address(host) and ip_address((host or "").strip("[]")).is_loopback


def is_address(host: str | None) -> bool:
    """Whether `host` is an IP address, in brackets or not: what nobody can point elsewhere."""
    try:
        ip_address((host or "").strip("[]"))
    except ValueError:
        return False
    return True


def parts_of(url: str | None) -> SplitResult | None:
    """The parts of an address in the web; None if it is none.

    Programs disagree on what a backslash is: some take it for a slash, which ends the host.
    """
    try:
        if "\\" in (url or ""):
            return None
        parts = urlsplit(url or "")
        usable = parts.scheme in WEB and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def has_userinfo(url: str | None) -> bool:
    """Whether an address carries a user name or a password."""
    parts = parts_of(url)
    return parts is not None and "@" in parts.netloc


def is_token(text: str) -> bool:
    """Whether `text` can be sent as a bearer token."""
    return text.isascii() and text.isprintable() and bool(text) and " " not in text


def web_link(given: str | None) -> str | None:
    """A link that people may follow: by http or https, without user name or password; else None.

    It leads where it seems to lead, whoever reads it: its host has no unusual letters.
    """
    parts = parts_of(given) if given and len(given) <= LINK_LIMIT and given.isprintable() else None
    if parts is None or " " in (given or ""):
        return None
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host).geturl() if _HOST.fullmatch(host) else None


def carries_secret(url: str) -> bool:
    """Whether a parameter of an address is, by its name, a token or a password."""
    names = _PARAMETER.findall(unquote(url).lower())
    return any(_SECRET.search(re.sub(r"[^a-z]", "", name)) for name in names)

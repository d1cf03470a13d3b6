"""Web addresses: which of them the engine may use, follow and show."""

import re
from ipaddress import ip_address
from string import ascii_lowercase
from urllib.parse import SplitResult, unquote, urlsplit

LINK_BOUND = 2000
WITHOUT_TLS = "http"
WEB = frozenset({"https", WITHOUT_TLS})
_HOST = re.compile(r"[A-Za-z0-9_.-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
"""A host name in ASCII. Letters beyond ASCII can look like others: write them as xn--..."""
_PARAMETER = re.compile(r"[;?&#]([^=;?&#]+)=")
_LETTERS = frozenset(ascii_lowercase)
_SECRET = re.compile(
    r"token|secret|passw|signature|credential|auth|jwt|session|key$|^(sig|code|pwd|pass|sid)$"
)


def is_loopback(host: str | None) -> bool:
    """Whether `host`, a name or an IP address, is this machine."""
    if (host or "").lower().rstrip(".") == "localhost":
        return True
    return is_address(host) and ip_address((host or "").strip("[]")).is_loopback


def is_address(host: str | None) -> bool:
    """Whether `host` is an IP address, in brackets or not: nobody can point one elsewhere."""
    try:
        ip_address((host or "").strip("[]"))
    except ValueError:
        return False
    return True


def parts_of(url: str | None) -> SplitResult | None:
    """The parts of a web address; None if `text` is not one.

    Programs disagree on a backslash: some take it for a slash, which ends the host.
    """
    try:
        if "\\" in (url or ""):
            return None
        parts = urlsplit(url or "")
        usable = parts.scheme in WEB and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def is_exposed(parts: SplitResult) -> bool:
    """Whether an address leads beyond this machine without TLS: others can read what goes there."""
    return parts.scheme == WITHOUT_TLS and not is_loopback(parts.hostname)


def origin_of(url: str | None) -> str | None:
    """The origin of an address that is nothing more than an origin, as browsers write it."""
    parts = parts_of(url)
    if parts is None or "@" in parts.netloc or (url or "").lower().rstrip("/") != _bare(parts):
        return None
    usual = {WITHOUT_TLS: ":80"}.get(parts.scheme, ":443")
    return _bare(parts).removesuffix(usual)


def _bare(parts: SplitResult) -> str:
    """The parts of an address before its path."""
    return f"{parts.scheme}://{parts.netloc}".lower()


def has_userinfo(url: str | None) -> bool:
    """Whether an address carries a user name or a password."""
    parts = parts_of(url)
    return parts is not None and "@" in parts.netloc


def is_token(text: str) -> bool:
    """Whether the engine can send `text` as a bearer token."""
    return text.isascii() and text.isprintable() and bool(text) and " " not in text


def web_link(given: str | None) -> str | None:
    """A link that people may follow: http or https, without user name or password; else None.

    It leads where it seems to lead for every reader: its host has no unusual letters.
    """
    parts = parts_of(given) if given and len(given) <= LINK_BOUND and given.isprintable() else None
    if parts is None or " " in (given or ""):
        return None
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host).geturl() if _HOST.fullmatch(host) else None


def incident_page(pages: str | None, incident: str) -> str | None:
    """The page of an incident, which asks its readers who they are; None if `pages` is unknown."""
    return web_link(f"{pages}/incidents/{incident}") if pages else None


def carries_secret(url: str) -> bool:
    """Whether the name of a URL parameter says that it holds a token or a password."""
    names = _PARAMETER.findall(unquote(url).lower())
    return any(_SECRET.search("".join(filter(_LETTERS.__contains__, name))) for name in names)

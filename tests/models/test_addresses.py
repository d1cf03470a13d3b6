"""Addresses that may be used, followed and shown."""

import pytest

from models.addresses import is_loopback, web_link


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7", "::1", "[::1]"]
)
def test_only_this_machine_is_loopback(host: str) -> None:
    """It may be written as a name or an address."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", None, "0.0.0.1", "::", "10.0.0.1", "localhost.example.org", "127.0.0.1.nip.io"]
)
def test_an_address_that_others_can_reach_is_not_loopback(host: str | None) -> None:
    """A name that resembles it is not loopback either."""
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://prom.example.org/graph?g0=a%20b#x", "https://prom.example.org/graph?g0=a%20b#x"),
        ("http://127.0.0.1:9090/graph", "http://127.0.0.1:9090/graph"),
        ("HTTPS://Prom.example.org/", "https://Prom.example.org/"),
        ("https://ana:secret@prom.example.org:9090/x", "https://prom.example.org:9090/x"),
        ("https://bank.example@evil.example/x", "https://evil.example/x"),
        ("https://a@b@[::1]:80/", "https://[::1]:80/"),
    ],
)
def test_a_link_leads_to_the_web_and_has_no_login(given: str, shown: str) -> None:
    """Text before the @ is a password, or a disguise."""
    assert web_link(given) == shown


@pytest.mark.parametrize(
    "given",
    [
        *(None, "", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host/x"),
        *("ftp://host/x", "https://", "https:///x", "http://[::1", "https://host:99999/"),
        *("https://host/\u202ex", "https://host/\x1b[31m", "https://host/a b", "/graph"),
        *("http://good.com\\@evil.com/", "http://good.com\\.evil.com/", "http:\\\\evil.com/"),
        *("http://good.com/\\@evil.com", "http://good.com\t@evil.com/", "http://good.com\n/x"),
        *("https://g\u043eod.com/", "https://good\uff0ecom/"),
        *("https://good.com%2f.evil.com/", "https://good.com;evil.com/", "https://evil%2ecom/"),
        *("https://ana@good.com:x@evil.com:y/", "https://[::1%25eth0]/", "https://good\xadcom/"),
        "https://host/" + "x" * 2000,
    ],
)
def test_any_other_address_is_no_link(given: str | None) -> None:
    """It could run in a browser, read a file, or steer a terminal."""
    assert web_link(given) is None

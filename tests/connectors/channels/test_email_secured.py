"""E-mail to servers that require TLS and a login, as real ones do."""

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from connectors.channels.email import EmailChannel, EmailSettings
from connectors.errors import PermanentError, RetryableError
from tests.fakes.messages import a_message
from tests.fakes.smtp_sink import SmtpSink

SOON = timedelta(seconds=5)
# The server below does not count TLS from the first byte as TLS, and warns of it.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
LOGIN = ("engine", "correct horse")


@pytest.fixture
def authority() -> trustme.CA:
    """The authority that signs the mail server's certificate."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts that authority, by SSL_CERT_FILE, as an operator would set it."""
    certificate = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(certificate))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def served(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    """The certificate of a mail server with that name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def channel(sink: SmtpSink, **given: Any) -> EmailChannel:
    """The channel `mail` of the sink, by the name in its certificate."""
    settings = {"host": "localhost", "port": sink.port, "sender": "engine@example.org", **given}
    return EmailChannel("mail", EmailSettings.model_validate(settings))


@pytest.mark.parametrize("starttls", [False, True], ids=["tls", "starttls"])
@pytest.mark.usefixtures("trusted")
async def test_mail_goes_over_tls_with_a_login(authority: trustme.CA, starttls: bool) -> None:  # noqa: FBT001
    """TLS is on from the first byte, or starts on request."""
    async with SmtpSink(tls=served(authority), starttls=starttls, login=LOGIN) as sink:
        name, password = LOGIN
        tls = "starttls" if starttls else "tls"
        secured = channel(sink, tls=tls, username=name, password=password)
        await secured.send(a_message(address="a@example.org"), timeout=SOON)
        assert [mail.recipients for mail in sink.mails] == [("a@example.org",)]


@pytest.mark.usefixtures("trusted")
async def test_a_refused_login_is_permanent_and_says_no_secret(authority: trustme.CA) -> None:
    """Another attempt could lock the account."""
    async with SmtpSink(tls=served(authority), login=LOGIN) as sink:
        wrong = channel(sink, tls="tls", username="engine", password="battery staple")
        with pytest.raises(PermanentError, match="to the login") as refused:
            await wrong.send(a_message(address="a@example.org"), timeout=SOON)
        assert "battery" not in str(refused.value)
        assert sink.mails == []


async def test_a_server_that_nobody_vouches_for_gets_no_mail(authority: trustme.CA) -> None:
    """An impostor at that address gets neither the mail nor the password."""
    async with SmtpSink(tls=served(authority), login=LOGIN) as sink:
        name, password = LOGIN
        secured = channel(sink, tls="tls", username=name, password=password)
        with pytest.raises(RetryableError, match="connection to the mail server failed"):
            await secured.send(a_message(address="a@example.org"), timeout=SOON)
        assert sink.mails == []


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_of_another_name_is_not_accepted(authority: trustme.CA) -> None:
    """The name is checked, not only the signature."""
    async with SmtpSink(tls=served(authority, "elsewhere.example")) as sink:
        secured = channel(sink, tls="tls")
        with pytest.raises(RetryableError, match="connection to the mail server failed"):
            await secured.send(a_message(address="a@example.org"), timeout=SOON)
        assert sink.mails == []

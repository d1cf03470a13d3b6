"""Whether a request comes from Slack: it signs the body and the time with a secret of the app."""

from collections.abc import Iterable
from http import HTTPStatus

from fastapi import Request

from web.callbacks.slack.apps import SlackApp
from web.http.body import received_of
from web.http.errors import Refused
from web.identity.identified import failed
from web.identity.limits import FailedAttempts

BODY_BOUND = 256 * 1024
"""The largest view that Slack sends is smaller."""
_TIMESTAMP, _SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
_MOST_DIGITS = 12


async def signed_body(
    request: Request, apps: Iterable[SlackApp], failures: FailedAttempts
) -> tuple[SlackApp, bytes]:
    """The app whose secret signed a request, and its body. Raises Refused (401, 413, 429).

    Nothing of the body is read before its signature is right. A signature counts for five minutes.
    """
    body = await received_of(request, BODY_BOUND)
    stamps = request.headers.getlist(_TIMESTAMP)
    signatures = request.headers.getlist(_SIGNATURE)
    if len(stamps) == 1 and len(signatures) == 1:
        for app in apps:
            if app.signing_secret and _signs(app, body, stamps[0], signatures[0]):
                return app, body
    message = "the request is not signed by a Slack app of the settings, or its clock is off"
    refused = Refused(HTTPStatus.UNAUTHORIZED, "NotAuthenticated", message)
    raise failed(request, refused, failures)


def _signs(app: SlackApp, body: bytes, stamp: str, signature: str) -> bool:
    from slack_sdk.signature import SignatureVerifier  # noqa: PLC0415 - few installations need it

    secret = app.signing_secret.get_secret_value() if app.signing_secret else ""
    fit = stamp.isascii() and stamp.isdigit() and len(stamp) <= _MOST_DIGITS
    if not (secret and fit and signature.isascii()):
        return False
    try:
        return SignatureVerifier(secret).is_valid(body, stamp, signature)
    except UnicodeDecodeError:
        return False

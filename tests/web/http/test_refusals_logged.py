"""Each refusal of the web server is one line of its log."""

from http import HTTPStatus

from fastapi import Request
from structlog.testing import capture_logs

from web.http.errors import Refused, log_refusal


def a_request(path: str) -> Request:
    """A request from somewhere."""
    where = {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""}
    whence = {"client": ("192.0.2.7", 40000), "server": ("127.0.0.1", 8080), "scheme": "http"}
    return Request({"type": "http", "method": "POST", "headers": [], **where, **whence})


def test_a_refusal_is_logged_once_with_reason_and_source() -> None:
    """However many places it passes on its way out."""
    refused = Refused(HTTPStatus.FORBIDDEN, "NotAuthorised", "bo may not")
    with capture_logs() as lines:
        log_refusal(refused, a_request("/v1/incidents"))
        log_refusal(refused, a_request("/v1/incidents"))
    assert lines == [
        {
            "event": "request.refused",
            "log_level": "warning",
            "address": "192.0.2.7",
            "method": "POST",
            "path": "/v1/incidents",
            "status": 403,
            "error": "bo may not",
        }
    ]


def test_the_log_never_has_the_token_of_a_link() -> None:
    """The path ends before it."""
    with capture_logs() as lines:
        log_refusal(Refused(HTTPStatus.NOT_FOUND, "NotFound", "no"), a_request("/r/secret"))
    assert "secret" not in str(lines)

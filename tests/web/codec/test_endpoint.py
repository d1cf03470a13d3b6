"""The codec endpoint: Temporal's own tools decrypt with the identity of whoever uses them."""

from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import httpx2
import pytest
from google.protobuf.json_format import MessageToDict
from structlog.testing import capture_logs
from temporalio.api.common.v1 import Payload

from connectors.signed_links import LinkKeys
from incidents.encryption.codec import ENCODING, KEY_ID, Encryption
from incidents.encryption.keys import PayloadKeys
from models.access import AccessToken, ScopeName
from runtime.tokens import TokenSettings
from tests.scenarios.siren import Siren
from tests.web.conftest import TOKEN, http_for
from tests.web.pages.browser import Browser
from web.codec.endpoint import BOUND_BYTES, MOST_PAYLOADS, Codec

UI = "https://temporal.example.org"
KEYS = PayloadKeys.read("one:" + "A" * 43 + "=")
LINK_KEYS = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
TITLE = Payload(metadata={"encoding": b"json/plain"}, data=b'"Checkout fails"')
PLAIN = {"payloads": [MessageToDict(TITLE)]}
SECRETS = {"read": "reading-secret-0123456789", "report": "reporting-secret-0123456789"}
PATHS = ["/codec/decode", "/codec/encode"]


def token(scope: ScopeName) -> AccessToken:
    """A token that allows one thing."""
    digest = sha256(SECRETS[scope].encode()).hexdigest()
    return TokenSettings(hash=digest, owner="ana", scopes=(scope,)).token(scope)


def bearer(secret: str) -> dict[str, str]:
    """What a tool sends to say who asks."""
    return {"Authorization": f"Bearer {secret}"}


def serving(siren: Siren, ui: str | None = UI, **how: Any) -> httpx2.AsyncClient:
    """A web server with keys."""
    tokens = {scope: token(scope) for scope in ("read", "report")}
    codec = Codec(Encryption(KEYS), ui)
    return http_for(siren.client, siren, codec=codec, tokens=tokens, keys=LINK_KEYS, **how)


@pytest.fixture
async def http(siren: Siren) -> AsyncIterator[httpx2.AsyncClient]:
    """A tool with a token that may read, at a web server with keys."""
    async with serving(siren) as made:
        made.headers.update(bearer(SECRETS["read"]))
        yield made


@pytest.fixture
async def sealed() -> dict[str, Any]:
    """What Temporal stores of a title."""
    return {"payloads": [MessageToDict(each) for each in await Encryption(KEYS).encode([TITLE])]}


async def test_what_is_stored_is_decrypted_for_whoever_may_read(
    http: httpx2.AsyncClient, sealed: dict[str, Any]
) -> None:
    """Also beside what is not encrypted; nothing keeps a copy."""
    both = {"payloads": [*sealed["payloads"], *PLAIN["payloads"]]}
    answer = await http.post("/codec/decode", json=both, headers={"X-Namespace": "default"})
    assert answer.json() == {"payloads": PLAIN["payloads"] * 2}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_what_a_tool_sends_is_encrypted(http: httpx2.AsyncClient) -> None:
    """And decoding encrypts nothing."""
    answer = await http.post("/codec/encode", json=PLAIN)
    [stored] = answer.json()["payloads"]
    assert stored["metadata"] == {
        "encoding": b64encode(ENCODING).decode(),
        KEY_ID: b64encode(b"one").decode(),
    }
    assert (await http.post("/codec/decode", json=answer.json())).json() == PLAIN
    assert (await http.post("/codec/decode", json=PLAIN)).json() == PLAIN
    assert (await http.post("/codec/encode", json={"payloads": []})).json() == {"payloads": []}


@pytest.mark.parametrize("path", PATHS)
async def test_without_keys_there_is_no_codec(siren: Siren, path: str) -> None:
    """Nobody can tell that there could be one."""
    async with http_for(siren.client, siren, keys=LINK_KEYS) as http:
        answer = await http.post(path, json=PLAIN)
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert "codec" not in (await http.get("/openapi.json")).text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, HTTPStatus.UNAUTHORIZED),
        (bearer("guessed"), HTTPStatus.UNAUTHORIZED),
        ({"Authorization": "Basic YTpi"}, HTTPStatus.UNAUTHORIZED),
        (bearer(SECRETS["report"]), HTTPStatus.FORBIDDEN),
    ],
)
async def test_whoever_may_not_read_decrypts_nothing(
    siren: Siren, sealed: dict[str, Any], path: str, sent: dict[str, str], status: HTTPStatus
) -> None:
    """Each attempt is one line of the log, without the credential."""
    async with serving(siren) as http:
        del http.headers["Authorization"]
        with capture_logs() as lines:
            answer = await http.post(path, json=sealed, headers=sent)
    assert answer.status_code == status
    assert "Checkout" not in answer.text
    [line] = [line for line in lines if line["event"] in {"credential.refused", "request.refused"}]
    assert line["path"] == path
    assert not any(secret in str(lines) for secret in (*SECRETS.values(), "guessed", "YTpi"))


async def test_whoever_guesses_tokens_must_wait(siren: Siren) -> None:
    """As everywhere; a right token still counts."""
    async with serving(siren) as http:
        wrong = [
            await http.post("/codec/decode", json=PLAIN, headers=bearer("guessed"))
            for _ in range(21)
        ]
        assert wrong[-1].status_code == HTTPStatus.TOO_MANY_REQUESTS
        right = await http.post("/codec/decode", json=PLAIN, headers=bearer(SECRETS["read"]))
        assert right.status_code == HTTPStatus.OK


async def test_the_session_of_a_login_may_decrypt(siren: Siren, sealed: dict[str, Any]) -> None:
    """The Temporal UI sends cookies if its user allows it."""
    async with serving(siren) as http:
        del http.headers["Authorization"]
        await Browser(http).logs_in("ana", TOKEN)
        answer = await http.post("/codec/decode", json=sealed, headers={"Origin": UI})
    assert answer.json() == PLAIN
    assert answer.headers["Access-Control-Allow-Origin"] == UI


async def test_the_ui_of_the_settings_may_ask(http: httpx2.AsyncClient) -> None:
    """A browser asks first, without a credential, and then sends one."""
    asks = {
        "Origin": UI,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-namespace",
    }
    del http.headers["Authorization"]
    answer = await http.options("/codec/decode", headers=asks)
    assert answer.status_code == HTTPStatus.NO_CONTENT
    told = answer.headers
    assert told["Access-Control-Allow-Origin"] == UI
    assert told["Access-Control-Allow-Credentials"] == "true"
    assert told["Access-Control-Allow-Methods"] == "POST"
    assert set(told["Access-Control-Allow-Headers"].split(", ")) == set(
        asks["Access-Control-Request-Headers"].split(",")
    )
    assert told["Vary"] == "Origin"


async def test_the_ui_reads_why_it_is_refused(http: httpx2.AsyncClient) -> None:
    """Otherwise its console shows a riddle."""
    answer = await http.post(
        "/codec/decode", json=PLAIN, headers={"Origin": UI, **bearer("guessed")}
    )
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer.headers["Access-Control-Allow-Origin"] == UI


@pytest.mark.parametrize("ui", [UI, None])
@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", f"{UI}.evil.example", f"{UI}:8443", "http://localhost"],
)
async def test_no_other_page_may_ask(
    siren: Siren, sealed: dict[str, Any], ui: str | None, method: str, origin: str
) -> None:
    """Whatever credential the browser adds; the log has a line of it."""
    async with serving(siren, ui) as http:
        with capture_logs() as lines:
            answer = await http.request(
                method,
                "/codec/decode",
                json=sealed,
                headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
            )
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert answer.json()["error"] == "UnknownOrigin"
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert [line["event"] for line in lines] == ["request.refused"]


async def test_no_other_endpoint_lets_the_ui_read(http: httpx2.AsyncClient) -> None:
    """The codec alone is opened for it."""
    answer = await http.get("/healthz", headers={"Origin": UI})
    assert answer.status_code == HTTPStatus.OK
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_key_that_is_missing_is_named(siren: Siren) -> None:
    """So an auditor can say what to look for."""
    other = Encryption(PayloadKeys.read("old:" + "B" * 43 + "="))
    old = {"payloads": [MessageToDict(each) for each in await other.encode([TITLE])]}
    async with serving(siren) as http:
        answer = await http.post("/codec/decode", json=old)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["error"] == "PayloadUnreadable"
    assert "encrypted with the key 'old'" in answer.json()["message"]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {}, 400),
        (b'{"payloads": [{"data": "not base64!"}]}', {}, 422),
        (b'{"payloads": [{"metadata": {"encoding": 7}}]}', {}, 422),
        (b'{"payloads": 7}', {}, 422),
        (b'{"payloads": [' + b",".join([b"{}"] * (MOST_PAYLOADS + 1)) + b"]}", {}, 422),
        (b" " * (BOUND_BYTES + 1), {}, 413),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"X-Namespace": "another"}, 422),
    ],
)
async def test_what_is_no_request_of_the_protocol_is_refused(
    http: httpx2.AsyncClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    """With a problem document, and bounded."""
    sent = {"Content-Type": "application/json", **headers}
    answer = await http.post("/codec/decode", content=content, headers=sent)
    assert answer.status_code == status
    assert answer.json()["detail"]


async def test_the_tools_may_send_more_than_the_protocol_says(http: httpx2.AsyncClient) -> None:
    """A later Temporal may add fields."""
    later = {"payloads": [{**PLAIN["payloads"][0], "externalPayloads": []}], "more": 1}
    assert (await http.post("/codec/decode", json=later)).json() == PLAIN

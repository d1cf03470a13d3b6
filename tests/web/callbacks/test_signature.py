"""Only what Slack signed within five minutes is read at all."""

import json
import time

import httpx2
import pytest
from slack_sdk.signature import SignatureVerifier

from tests.fakes.slack.user import signed
from tests.web.callbacks.conftest import Office
from web.callbacks.slack.signature import BODY_BOUND
from web.identity.limits import MOST_FAILURES

CHALLENGE = json.dumps({"type": "url_verification", "challenge": "c-1"}).encode()
JSON = {"Content-Type": "application/json"}


async def posted(
    office: Office, body: bytes, headers: dict[str, str], **more: str
) -> httpx2.Response:
    """Post an event."""
    path = f"/callbacks/slack/{more.pop('path', 'events')}"
    return await office.http.post(path, content=body, headers={**JSON, **headers, **more})


async def test_slack_can_verify_the_address(office: Office) -> None:
    """It sends a challenge, signed as everything else."""
    answer = await posted(office, CHALLENGE, signed(CHALLENGE))
    assert (answer.status_code, answer.json()) == (200, {"challenge": "c-1"})


NOW = time.time()
STALE = {
    "not signed": {},
    "another secret": signed(CHALLENGE, "another-secret"),
    "another body": signed(b"{}"),
    "an hour old": signed(CHALLENGE, at=NOW - 3600),
    "an hour ahead": signed(CHALLENGE, at=NOW + 3600),
    "no number": {**signed(CHALLENGE), "X-Slack-Request-Timestamp": "now"},
    "a long number": {**signed(CHALLENGE), "X-Slack-Request-Timestamp": "9" * 5000},
    "no signature": {**signed(CHALLENGE), "X-Slack-Signature": ""},
}


@pytest.mark.parametrize("case", STALE)
async def test_whatever_is_not_signed_now_is_refused(office: Office, case: str) -> None:
    """Nothing of it is done, and the answer says nothing about the secret."""
    answer = await posted(office, CHALLENGE, STALE[case])
    assert answer.status_code in {401, 429}, answer.text
    assert "signing-secret" not in answer.text


async def test_a_body_is_bounded_and_signed_before_it_is_read(office: Office) -> None:
    """Too much is refused unread; what is no JSON or no text is refused with a reason."""
    large = b"x" * (BODY_BOUND + 1)
    assert (await posted(office, large, signed(large))).status_code == 413
    deep, bytes_ = b"[" * 100_000, b"\xff\xfe"
    assert (await posted(office, deep, signed(deep))).status_code == 400
    assert (await posted(office, b"[]", signed(b"[]"))).status_code == 400
    headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=é"}
    for path in ("events", "commands", "interactions"):
        answer = await posted(office, bytes_, {**headers, "X-Slack-Signature": "v0=1"}, path=path)
        assert answer.status_code in {401, 429}


async def test_what_is_signed_but_means_nothing_does_nothing(office: Office) -> None:
    """Slack may add kinds; none of them is an error of somebody."""
    nothing: tuple[dict[str, object], ...] = ({}, {"event": []}, {"event": {"type": "message"}})
    for said in nothing:
        body = json.dumps(said).encode()
        assert (await posted(office, body, signed(body))).status_code == 200
    for body in (b"payload=%7B%7D", b"payload=%7B%22type%22%3A%22block_actions%22%7D"):
        answer = await posted(office, body, signed(body), path="interactions")
        assert (answer.status_code, answer.content) == (200, b"")


async def test_a_flood_of_wrong_signatures_is_slowed_down_and_a_right_one_counts(
    office: Office,
) -> None:
    """Nobody can lock Slack out."""
    for _ in range(MOST_FAILURES + 1):
        last = await posted(office, CHALLENGE, {})
    assert last.status_code == 429
    assert (await posted(office, CHALLENGE, signed(CHALLENGE))).status_code == 200


@pytest.mark.parametrize(("late", "counts"), [(299, True), (300, True), (301, False)])
@pytest.mark.parametrize("way", [-1, 1])
def test_a_signature_counts_for_five_minutes(late: int, way: int, *, counts: bool) -> None:
    """To the second, whichever clock is ahead."""
    at = NOW + way * late
    headers = signed(CHALLENGE, at=at)
    stamp, signature = headers.values()

    class Now:
        def now(self) -> float:
            return float(int(at)) - way * late

    verifier = SignatureVerifier("signing-secret", clock=Now())  # type: ignore[arg-type]
    assert verifier.is_valid(CHALLENGE, stamp, signature) is counts

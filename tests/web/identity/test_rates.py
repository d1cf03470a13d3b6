"""How often somebody may ask."""

from functools import partial

import pytest

from connectors.signed_links import LinkKeys
from models.proof import Proof
from tests.scenarios.siren import Siren
from tests.web.conftest import TOKEN, http_for
from tests.web.pages.browser import Browser, words
from web.http.errors import Refused
from web.identity import rates
from web.identity.asker import ANYBODY, Asker
from web.identity.rates import Rates, busy

ANA = Asker(name="ana", proof=Proof.TOKEN, source="token laptop")
HERE, THERE = "192.0.2.1", "192.0.2.2"


class Clock:
    """A clock that stands still."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves."""
    return Clock()


def refused(counted: Rates, asker: Asker = ANA, address: str = HERE) -> Refused | None:
    """The refusal of one request, if it is refused."""
    try:
        counted.check(asker, address)
    except Refused as refusal:
        return refusal
    return None


def test_whoever_floods_waits_and_nobody_else(clock: Clock) -> None:
    """The same credential counts wherever it comes from; another one goes on."""
    counted = Rates(3, 0.5, clock=clock)
    assert [refused(counted) for _ in range(3)] == [None] * 3
    refusal = refused(counted, address=THERE)
    assert refusal
    assert (refusal.status, refusal.headers) == (429, {"Retry-After": "2"})
    assert refused(counted, Asker(name="bo", proof=Proof.TOKEN, source="token desk")) is None


def test_after_a_while_somebody_may_ask_again(clock: Clock) -> None:
    """As often as the rate allows, and never more at once than in the beginning."""
    counted = Rates(2, 0.5, clock=clock)
    assert [bool(refused(counted)) for _ in range(3)] == [False, False, True]
    clock.now += 2
    assert [bool(refused(counted)) for _ in range(2)] == [False, True]
    clock.now += 3600
    assert [bool(refused(counted)) for _ in range(3)] == [False, False, True]


def test_without_a_credential_of_ones_own_the_address_counts(clock: Clock) -> None:
    """Many share the intake token, and anybody may claim a name."""
    counted = Rates(1, 0.5, clock=clock)
    for address in (HERE, THERE):
        assert refused(counted, ANYBODY, address) is None
        assert refused(counted, ANYBODY, address)


def test_senders_of_alerts_get_a_503_because_they_retry_only_that(clock: Clock) -> None:
    """With a time, too."""
    counted = Rates(0, 1.0, busy, clock)
    refusal = refused(counted)
    assert refusal
    assert (refusal.status, refusal.kind) == (503, "Busy")
    assert "Retry-After" in (refusal.headers or {})


def test_what_is_kept_of_askers_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was quiet for longest is forgotten first."""
    monkeypatch.setattr(rates, "MOST_ASKERS", 2)
    counted = Rates(1, 0.001, clock=clock)
    for address in ("a", "b", "c"):
        assert refused(counted, ANYBODY, address) is None
    assert refused(counted, ANYBODY, "c")
    assert refused(counted, ANYBODY, "a") is None


async def test_whoever_floods_is_refused_at_every_way_in(
    siren: Siren, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API and pages with 429, alerts with 503; each says when to come back."""
    monkeypatch.setattr("web.app.Rates", partial(Rates, 0))
    monkeypatch.setattr("web.app.of_alerts", partial(Rates, 0, 1.0, busy))
    keys = LinkKeys.read("test:0123456789abcdef0123456789abcdef")
    async with http_for(siren.client, siren, keys=keys, public_url="http://localhost") as http:
        asked = await http.get("/v1/incidents")
        sent = await http.post("/v1/alerts/alertmanager", json={})
        browser = Browser(http)
        page = await browser.logs_in("ana", TOKEN)
        part = await http.get("/parts/board")
    assert [each.status_code for each in (asked, sent, page, part)] == [429, 503, 429, 429]
    assert [each.json()["error"] for each in (asked, sent)] == ["TooManyRequests", "Busy"]
    assert "too many requests: wait 1 second" in words(page.text)
    assert all(each.headers["Retry-After"] for each in (asked, sent, page, part))

"""A reference keeps part of a channel's answer, and leaves the rest out."""

from typing import Any

import pytest

from models.messages.message import Receipt
from models.messages.reference import MOST_BYTES, Reference
from tests.specimens import START

LINK = "https://chat.example.com/archives/C1/p17?thread_ts=1700.1&cid=C1#end"


def kept(**given: Any) -> dict[str, str]:
    """What is kept of this answer."""
    return Reference(**given).model_dump(exclude_none=True)


def test_a_reference_has_place_message_thread_and_url() -> None:
    """Texts stay; whole numbers become texts, and outer spaces go."""
    assert kept(place=" C1 ", message=42, thread="1700.1", url=LINK) == {
        "place": "C1",
        "message": "42",
        "thread": "1700.1",
        "url": LINK,
    }


@pytest.mark.parametrize(
    "value",
    [
        *("", "  ", "a\x00b", "a\nb", "a\x1b[31mb", "a\u202eb", "a\u2028b", "\ud800", "x" * 501),
        *(None, True, 1.5, float("nan"), ["a"], {"a": "b"}, b"a", 2**64),
    ],
)
def test_text_that_cannot_be_printed_is_left_out(value: Any) -> None:
    """It is never altered: a part of an id would name another message."""
    assert kept(message=value, thread="t") == {"thread": "t"}


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.com/1", "javascript:alert(1)", "file:///etc/passwd", "//example.com/1"),
        *("example.com/1", "https://", "https://a b/", "http://[::1", "https://e.com:0/"),
        *(
            f"https://e.com/1?{name}=s3cr3t"
            for name in ("token", "access_token", "X-Amz-Signature")
        ),
        *(f"https://e.com/1?a=b&{name}=x" for name in ("api_key", "apiKey", "sig", "code", "PWD")),
        *(
            "https://e.com/1#access_token=x",
            "https://e.com/1;jsessionid=x",
            "https://e.com/?%74oken=x",
        ),
    ],
)
def test_an_address_that_is_unsafe_or_secret_is_left_out(url: str) -> None:
    """Only http without a token is kept, as a URL and in the place of an id."""
    assert kept(message="m", url=url) == {"message": "m"}
    if "://" in url:
        assert kept(message=url) == {}


def test_a_url_loses_its_login_and_an_id_with_a_login_is_left_out() -> None:
    """The link works without it; a shortened id would be another id."""
    login = "https://ana:s3cr3t@example.com/1"
    assert kept(message=login, url=login) == {"url": "https://example.com/1"}


def test_a_reference_has_a_limit_and_its_url_goes_first() -> None:
    """It counts bytes, not characters. What remains is whole."""
    url = "https://example.com/" + "x" * 200
    ids = {"place": "p" * 100, "message": "m" * 100, "thread": "t" * 80}
    assert kept(**ids, url=url) == {**ids, "url": url}
    assert sum(map(len, (*ids.values(), url))) == MOST_BYTES
    assert kept(**{**ids, "thread": "t" * 81}, url=url) == {**ids, "thread": "t" * 81}
    assert kept(place="\u706b" * 100, message="\u706b" * 66) != {}
    assert kept(place="\u706b" * 100, message="\u706b" * 67) == {}


@pytest.mark.parametrize("said", ["OK", "m-42", 7, None, {}, {"message": ""}, Reference()])
def test_an_answer_without_a_reference_gives_none(said: Any) -> None:
    """An empty one, the plain text of older receipts, and anything else give none."""
    receipt = Receipt.model_validate(
        {"key": "k", "channel": "pager", "delivered_at": START, "reference": said}
    )
    assert receipt.reference is None


def test_a_receipt_survives_writing_and_reading() -> None:
    """A history loses nothing of it."""
    reference = Reference(place="C1", message="1", thread="2", url=LINK)
    receipt = Receipt(key="k", channel="pager", delivered_at=START, reference=reference)
    assert Receipt.model_validate_json(receipt.model_dump_json()) == receipt

"""What a reference keeps of what a channel says, and what it leaves out."""

from typing import Any

import pytest

from models.messages.message import Receipt
from models.messages.reference import MOST_BYTES, Reference
from tests.specimens import START

LINK = "https://chat.example.com/archives/C1/p17?thread_ts=1700.1&cid=C1#end"


def kept(**given: Any) -> dict[str, str]:
    """What is kept of an answer."""
    return Reference(**given).model_dump(exclude_none=True)


def test_it_says_place_message_thread_and_url() -> None:
    """As they are; whole numbers become texts, spaces around them go."""
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
def test_what_is_no_printable_text_is_left_out(value: Any) -> None:
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
def test_an_address_that_nobody_may_follow_or_read_is_left_out(url: str) -> None:
    """No other way than http, no token in it; neither as URL nor in the place of an id."""
    assert kept(message="m", url=url) == {"message": "m"}
    if "://" in url:
        assert kept(message=url) == {}


def test_a_url_loses_its_login_and_an_id_that_has_one_is_left_out() -> None:
    """The link works without; an id without a part of it would be another."""
    login = "https://ana:s3cr3t@example.com/1"
    assert kept(message=login, url=login) == {"url": "https://example.com/1"}


def test_all_together_have_a_limit_and_the_url_goes_first() -> None:
    """In bytes, not characters. What stays is whole."""
    url = "https://example.com/" + "x" * 200
    ids = {"place": "p" * 100, "message": "m" * 100, "thread": "t" * 80}
    assert kept(**ids, url=url) == {**ids, "url": url}
    assert sum(map(len, (*ids.values(), url))) == MOST_BYTES
    assert kept(**{**ids, "thread": "t" * 81}, url=url) == {**ids, "thread": "t" * 81}
    assert kept(place="\u706b" * 100, message="\u706b" * 66) != {}
    assert kept(place="\u706b" * 100, message="\u706b" * 67) == {}


@pytest.mark.parametrize("said", ["OK", "m-42", 7, None, {}, {"message": ""}, Reference()])
def test_a_receipt_without_a_reference_says_none(said: Any) -> None:
    """Neither an empty one, nor a text as receipts of before have it, nor anything else."""
    receipt = Receipt.model_validate(
        {"key": "k", "channel": "pager", "delivered_at": START, "reference": said}
    )
    assert receipt.reference is None


def test_a_receipt_reads_back_as_it_was_written() -> None:
    """Nothing is lost on the way through a history."""
    reference = Reference(place="C1", message="1", thread="2", url=LINK)
    receipt = Receipt(key="k", channel="pager", delivered_at=START, reference=reference)
    assert Receipt.model_validate_json(receipt.model_dump_json()) == receipt

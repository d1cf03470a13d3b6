"""Whom an event in a calendar feed names."""

from datetime import UTC, datetime

import pytest

from models.compiled import Person
from models.people.schedule import FeedEvent, FeedSpec
from rules.people.on_call.feed_events import called, people_meant

PEOPLE = {
    "ana": Person(name="ana", email="Ana.Lopez@example.com"),
    "bo": Person(name="bo"),
    "ana-maria": Person(name="ana-maria"),
}
FEED = FeedSpec(name="primary", names={"Dr. Bo Berg": "bo"})
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def event(summary: str, *emails: str) -> FeedEvent:
    """An event of an hour."""
    return FeedEvent(AT, AT.replace(hour=10), summary, emails)


@pytest.mark.parametrize(
    ("summary", "who"),
    [
        ("ana", ("ana",)),
        ("On Call - Bo - Payments primary", ("bo",)),
        ("bo, ANA", ("bo", "ana")),
        ("ana-maria", ("ana-maria",)),
        ("[L0] ana.lopez@example.com", ("ana",)),
        ("Primary: Dr. Bo Berg", ("bo",)),
        ("ana.", ("ana",)),
    ],
)
def test_a_summary_names_people_by_name_address_or_what_the_feed_calls_them(
    summary: str, who: tuple[str, ...]
) -> None:
    """They are in the order of the summary; the longest matching name counts."""
    assert people_meant([event(summary)], FEED, PEOPLE).named == ((event(summary), who),)


@pytest.mark.parametrize(
    "summary", ["", "Ana's birthday", "Anabel", "ana@elsewhere.org", "Offsite"]
)
def test_an_event_that_names_nobody_is_nobodys_shift(summary: str) -> None:
    """It is reported, so that somebody can mend it."""
    found = people_meant([event(summary)], FEED, PEOPLE)
    assert (found.named, found.nobody) == ((), (event(summary),))


def test_attendees_count_before_the_summary() -> None:
    """Their addresses count in any case; strangers among them do not."""
    attended = event("Bo's week", "ana.lopez@example.com", "boss@example.com")
    assert people_meant([attended], FEED, PEOPLE).named == ((attended, ("ana",)),)
    strange = event("bo", "stranger@example.com")
    assert people_meant([strange], FEED, PEOPLE).named == ((strange, ("bo",)),)


@pytest.mark.parametrize(
    "summary",
    ["Ana Cyprian", "On Call - Ana Cyprian - Primary", "Cyprian Ana", "ana cyprian", "Bo Ana Berg"],
)
def test_a_first_name_never_pages_anybody(summary: str) -> None:
    """The full name may be another person's; the feed must say whom it means."""
    assert people_meant([event(summary)], FEED, PEOPLE).named == ()


@pytest.mark.parametrize(
    "summary",
    [
        *("ana on call", "On call: Ana (until 17:00)", "Primary ana, 24x7", "ana\u2013 L1"),
        *("On call ana for Payments".replace(" Payments", ""), "duty ana"),
    ],
)
def test_words_of_shifts_make_a_name_no_longer(summary: str) -> None:
    """Neither do signs and digits."""
    ((_, who),) = people_meant([event(summary)], FEED, PEOPLE).named
    assert who == ("ana",)


def test_two_people_side_by_side_are_two() -> None:
    """Each is a name in the policy."""
    ((_, who),) = people_meant([event("ana bo")], FEED, PEOPLE).named
    assert who == ("ana", "bo")


def test_an_attendee_who_declined_is_not_on_call() -> None:
    """Neither address nor summary puts them on call; other attendees are."""
    at = AT.replace(hour=10)
    both = FeedEvent(AT, at, "ana, bo", declined=("ana.lopez@example.com",))
    alone = FeedEvent(AT, at, "ana", declined=("ana.lopez@example.com",))
    found = people_meant([both, alone], FEED, PEOPLE)
    assert (found.named, found.nobody) == (((both, ("bo",)),), (alone,))


def test_an_event_is_described_so_that_it_can_be_found() -> None:
    """The words have its summary and its beginning."""
    assert called(event("Offsite")) == "'Offsite' of 2026-03-01 09:00"
    assert called(event("")) == "'without a summary' of 2026-03-01 09:00"


@pytest.mark.parametrize("summary", ["the ana", "the ana, then the ana"])
def test_a_name_within_a_longer_one_is_not_meant(summary: str) -> None:
    """It does not matter how often it appears, or in which order the feed lists its names."""
    feed = FeedSpec(name="primary", names={"the": "cy", "the ana": "bo"})
    assert people_meant([event(summary)], feed, PEOPLE).named == ((event(summary), ("bo",)),)

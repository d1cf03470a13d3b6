"""The document says which schedule decides who is on call."""

import pytest

from models.policy.sections.schedules import parse_hand_over
from policies.render.sections.schedules import handed_over
from tests.policies.render.documents import DEFAULT, document, rows, said, under
from tests.policies.test_shipped import blocks
from tests.policies.written import WHOLE

DOCUMENTED = "\n".join(blocks())


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("monday 09:00", "on mon at 09:00"),
        ("mon, thu 17:00", "on mon and thu at 17:00"),
        ("daily 08:00, 20:00", "every day at 08:00 and 20:00"),
        ("every 3d 09:00", "every 3 days at 09:00"),
        ("every 2w monday 09:00", "every 2 weeks on mon at 09:00"),
        ("every 12h from 2026-01-05T09:00", "every 12 hours"),
        ("every 36h 06:00", "every 1 day 12 hours, first at 06:00"),
    ],
)
def test_a_handover_is_written_in_words(written: str, words: str) -> None:
    """Each form has words."""
    assert handed_over(parse_hand_over(written)) == words


def test_turns_times_and_zones_are_a_table() -> None:
    """It has zone, first shift and the hours of each layer; overrides follow."""
    shown = document(DOCUMENTED)
    assert rows(shown, "On call: payments-primary") == (
        (
            "rotation",
            "ana and bo",
            "on mon at 09:00",
            "Europe/London",
            "from 2026-01-05 on",
            "Always",
        ),
    )
    assert ("cy", "2026-12-24 09:00", "2026-12-27 09:00", "Europe/London") in [
        row
        for block in under(shown, "On call: payments-primary")
        for row in getattr(block, "rows", ())
    ]
    assert rows(shown, "On call: follow-the-sun") == (
        (
            "layer europe",
            "ana and bo",
            "every day at 07:00",
            "Europe/London",
            "Always going on; the first of 2024 was ana's",
            "mon to sun 07:00 to 20:00",
        ),
        (
            "layer america",
            "cy",
            "every 1 week",
            "America/New_York",
            "from 2026-01-05 14:00 on",
            "mon to sun 14:00 to 03:00",
        ),
    )


def test_gaps_and_feeds_are_written_out() -> None:
    """A reader learns from them why nobody came."""
    shown = document(DOCUMENTED)
    sun = said(shown, "On call: follow-the-sun")
    assert "If several cover an instant, the last of them counts." in sun
    assert "Nobody is on call, on purpose: sat and sun 00:00 to 24:00 (Europe/London)." in sun
    assert "Nobody is on call, on purpose: while bank holidays is open." in sun
    vendor = said(shown, "On call: vendor")
    assert any("the calendar feed vendor-on-call" in words for words in vendor)
    assert "Names of people in the feed: Dr. Ana Lopez is ana." in vendor
    assert "Whenever nobody is on call, that is on purpose." in vendor


def test_a_role_and_a_level_name_the_schedule_that_fills_them() -> None:
    """The document uses the words of the schedule."""
    text = WHOLE.replace("default: acknowledger", "default: schedule:primary").replace(
        "{ page: ana, wait", "{ page: primary, wait"
    )
    text += "schedules: { primary: { rotation: { people: ana, hand_over: daily 09:00 } } }\n"
    shown = document(text)
    taken = [row[3] for row in rows(shown, "3. Roles")]
    assert "whoever is on call by primary when the incident begins" in taken
    assert "whoever is on call by primary" in [row[2] for row in rows(shown, "Escalation: default")]


def test_a_policy_without_schedules_has_no_words_about_them() -> None:
    """There is nothing to write."""
    titles = [getattr(block, "text", "") for block in under(document(DEFAULT), "3. Roles")]
    assert not any(title.startswith("On call") for title in titles)

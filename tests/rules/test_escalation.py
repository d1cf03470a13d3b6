"""Who is paged next follows from the policy, what was paged, and the time."""

from datetime import datetime

from models.contracts import EscalationProgress
from rules.escalation import NoPage, Page, Wait, forced_page, next_page
from tests.specimens import POLICY, after, minutes

ESCALATION = POLICY.escalation


def paged(level: int, cycle: int, next_at: datetime) -> EscalationProgress:
    """Progress after a page."""
    return EscalationProgress(level=level, cycle=cycle, pages=1, next_at=next_at)


def test_a_new_incident_pages_the_first_level_at_once() -> None:
    """Nobody waits before the first page."""
    page = next_page(ESCALATION, EscalationProgress(), after(0))
    assert isinstance(page, Page)
    assert (page.level, page.cycle, page.next_at) == (1, 0, after(5))


def test_silence_pages_the_next_level_when_the_wait_is_over_and_not_before() -> None:
    """The timeout belongs to the level that was paged."""
    progress = paged(1, 0, after(5))
    assert next_page(ESCALATION, progress, after(4.99)) == Wait(after(5))
    page = next_page(ESCALATION, progress, after(5))
    assert isinstance(page, Page)
    assert page.targets.page == ("person:bo", "role:incident_manager")
    assert page.next_at == after(5) + minutes(10)


def test_after_the_last_level_the_whole_is_repeated_as_often_as_the_policy_says() -> None:
    """repeat: 1 means two rounds in all."""
    page = next_page(ESCALATION, paged(3, 0, after(30)), after(30))
    assert isinstance(page, Page)
    assert (page.level, page.cycle) == (1, 1)
    assert next_page(ESCALATION, paged(3, 1, after(60)), after(60)) == NoPage(
        "every level was paged"
    )


def test_a_stopped_escalation_pages_nobody() -> None:
    """Acknowledged: silence has no meaning any more."""
    progress = EscalationProgress(level=1, pages=1, stopped="acknowledged by ana")
    assert next_page(ESCALATION, progress, after(500)) == NoPage("acknowledged by ana")


def test_a_deadline_pages_the_next_level_also_after_an_acknowledgement() -> None:
    """A breach demands it; beyond the last level the last is paged again."""
    page = forced_page(ESCALATION, EscalationProgress(level=1, stopped="acknowledged by ana"))
    assert isinstance(page, Page)
    assert page.level == 2
    last = forced_page(ESCALATION, EscalationProgress(level=3))
    assert isinstance(last, Page)
    assert last.level == 3


def test_a_policy_without_escalation_says_so() -> None:
    """No levels, no page, and a reason."""
    assert isinstance(next_page(None, EscalationProgress(), after(0)), NoPage)

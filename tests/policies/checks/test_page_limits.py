"""Checks of page limits find limits that limit nothing, or that one incident fills."""

import pytest

from models.people.workload import PageVerdict
from models.policy.values.page_limits import parse_limit
from rules.paging.workload import pages_one_by_one
from tests.policies.written import LEAST, MARK, errors, expected_at, warnings
from tests.rules.storms import page, paged

BASE = (
    LEAST
    + """\
people: { ana: {}, bo: { limit: 20 per 1h } }
channels: { log: { kind: log }, ops: { kind: log } }
roles:
  lead: { duties: Leads, default: ana, at_once: 2, count: many }
  scribe: { duties: Writes, default: "schedule:primary" }
schedules: { primary: { rotation: { people: [ana, bo], hand_over: monday 09:00 } } }
"""
)
LIMITED = BASE + "paging: { channels: log, limit: 7 per 15m }\n"
CHANNEL = BASE.replace("ops: { kind: log }", "ops: { kind: log, §limit: 3 per 15m }")
IDLE = (
    "warning: no level pages channel:ops, so this limits nothing; page channel:ops in a level, "
    "or limit what each person gets: paging.limit"
)


def ladder(text: str, to: str = LIMITED, name: str = "default") -> str:
    """A policy whose escalation is marked."""
    return f"{to}escalations:\n  §{name}: {text}\n"


def alone(whom: str, often: str, limited: str, wanted: str) -> str:
    """The warning that one incident fills a limit."""
    goes = "goes" if limited.endswith(" 1") else "go"
    allow = f"allow {wanted}, or " if wanted else ""
    return (
        f"warning: one incident alone pages {whom} {often}, and of {limited} {goes} out one by "
        f"one; {allow}let levels wait longer"
    )


OPEN = {
    "a limit of a channel that no level pages": (
        CHANNEL
        + "paging: { channels: ops }\nescalations: { default: [{ page: ana, wait: 5m }] }\n",
        IDLE,
    ),
    "levels that repeat more often than their person may be paged": (
        ladder("[{ page: ana, wait: 3m }, { repeat: 3 }]"),
        alone("ana", "4 times within 15m", "7 per 15m only 3", "10 per 15m"),
    ),
    "whoever takes a role by default is paged as well": (
        ladder("[{ page: ana, wait: 3m }, { page: [bo, lead], wait: 3m }, { repeat: 1 }]"),
        alone("ana", "4 times within 15m", "7 per 15m only 3", "10 per 15m"),
    ),
    "whoever is on call stays the same": (
        ladder("[{ page: primary, wait: 5s }, { page: scribe, wait: 5s }, { repeat: 9 }]"),
        alone(
            "whoever is on call by primary", "20 times within 15m", "7 per 15m only 3", "58 per 15m"
        ),
    ),
    "a limit of their own": (
        ladder("[{ page: bo, wait: 1m }, { repeat: 8 }]"),
        alone("bo", "9 times within 1h", "20 per 1h only 7", "25 per 1h"),
    ),
    "a channel that a level pages": (
        ladder(
            "[{ page: 'channel:ops', wait: 5m }, { repeat: 1 }]",
            CHANNEL.replace(MARK, "") + "paging: { channels: log }\n",
        ),
        alone("the channel ops", "2 times within 15m", "3 per 15m only 1", "4 per 15m"),
    ),
    "more than any limit takes": (
        ladder(
            "[{ page: ana, wait: 1s }, { page: ana, wait: 1s }, { page: ana, wait: 1s }, "
            "{ page: ana, wait: 1s }, { repeat: 100 }]"
        ),
        alone("ana", "404 times within 15m", "7 per 15m only 3", ""),
    ),
    "one that counts at the worst severity alone": (
        ladder("[{ page: ana, wait: 1m }, { repeat: 5 }]", name="urgent")
        + "  default: [{ severity: SEV1, follow: urgent }, { page: bo, wait: 1h }]\n",
        alone("ana", "6 times within 15m", "7 per 15m only 5", "9 per 15m"),
    ),
}


@pytest.mark.parametrize("case", OPEN)
def test_a_limit_without_effect_or_that_one_incident_fills_is_a_warning(case: str) -> None:
    """The warning has its place and says what would be right."""
    text, expected = OPEN[case]
    plain = text.replace(MARK, "")
    assert errors("", plain) == []
    assert warnings("", plain) == expected_at(text, [expected])


FITS = {
    "as often as the limit has it": "[{ page: ana, wait: 3m }, { repeat: 2 }]",
    "further apart than the limit counts": "[{ page: ana, wait: 5m }, { repeat: 9 }]",
    "different people": "[{ page: ana, wait: 3m }, { page: bo, wait: 3m }, { repeat: 2 }]",
    "levels of the worst severity alone": (
        "[{ severity: SEV2, follow: none }, { page: ana, wait: 3m }, { repeat: 3 }]"
    ),
    "in turn": "[{ round_robin: [ana, bo], wait: 1m }, { repeat: 5 }]",
    "channels without a limit": "[{ page: 'channel:ops', wait: 1m }, { repeat: 9 }]",
}


@pytest.mark.parametrize("case", FITS)
def test_a_limit_with_room_for_more_than_one_incident_is_fine(case: str) -> None:
    """The same holds for a role that many people hold, each in a bounded number of incidents."""
    assert warnings("", ladder(FITS[case]).replace(MARK, "")) == []


@pytest.mark.parametrize("most", range(3, 13))
@pytest.mark.parametrize("urgency", [1, 4])
def test_as_many_pages_go_out_one_by_one_as_the_check_assumes(most: int, urgency: int) -> None:
    """A storm of pages of one severity shows it."""
    limit = parse_limit(f"{most} per 15m")
    _, verdicts = paged(*(page(number, urgency, limit) for number in range(20)))
    assert verdicts.count(PageVerdict.GRANTED) == pages_one_by_one(limit, worst=urgency == 1)


def test_a_value_that_is_no_limit_is_an_error_that_shows_the_form() -> None:
    """The error has its place."""
    text = BASE + "paging: { channels: log, limit: §10 in 15m }\n"
    assert errors("", text.replace(MARK, "")) == expected_at(
        text,
        [
            (
                "error: '10 in 15m' is not a limit; "
                "write how many pages in what time, such as 10 per 15m"
            ),
        ],
    )

"""`oncall` says who is on call, to people and to scripts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.settings import load_settings
from tests.console.conftest import Type
from tests.fakes.feeds import ANA, BO, a_feed

POLICY = """\
policy: Least
version: "1"
effective_from: 2026-01-01
time_zone: Europe/London
severities: { SEV1: { means: bad } }
people: { ana: {}, bo: {}, cy: {} }
channels: { log: { kind: log } }
paging: { channels: log }
schedules:
  primary:
    rotation: { people: [ana, bo], hand_over: monday 09:00, starts: 2026-01-05 }
    overrides: [{ who: cy, from: 2026-03-18T09:00, to: 2026-03-19T09:00 }]
  office:
    rotation: { people: ana, hand_over: monday 09:00, days: mon-fri, hours: 08:00-18:00 }
    gaps: [{ days: [sat, sun] }]
  fed: { ical: feed:shifts }
escalations:
  default: [{ page: [primary, office, fed], wait: 5m }]
"""
AT = ("--at", "2026-03-18T12:00Z")


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A policy file with schedules, one of which follows a feed."""
    path, feed = tmp_path / "policy.yaml", tmp_path / "shifts.ics"
    path.write_text(POLICY)
    feed.write_text(a_feed(ANA, BO))
    monkeypatch.setenv("INCIDENT_FEEDS__SHIFTS__PATH", str(feed))
    monkeypatch.setenv("INCIDENT_STATE_DIRECTORY", str(tmp_path / "var"))
    load_settings.cache_clear()
    return str(path)


def test_the_answer_gives_local_time_and_utc(type_: Type, policy: str) -> None:
    """It says who is on call, by which schedule, since when and until when."""
    said = type_("oncall", "primary", "--policy", policy, *AT)
    assert said.code == 0
    assert said.out.splitlines()[:4] == [
        "primary (Europe/London) at Wed 2026-03-18 12:00 GMT (03-18 12:00Z)",
        "  cy               override",
        "                   since Wed 2026-03-18 09:00 GMT (03-18 09:00Z)",
        "                   until Thu 2026-03-19 09:00 GMT (03-19 09:00Z)",
    ]


def test_the_picture_has_a_row_for_each_person_and_a_column_for_each_day(
    type_: Type, policy: str
) -> None:
    """A day is four letters of local time, one of which can hold a handover."""
    said = type_("oncall", "primary", "--policy", policy, *AT)
    assert said.out.splitlines()[5:12] == [
        "  Mar 2026         18  19  20  21  22  23  24  25  26  27  28  29  30  31  01",
        "                   We  Th  Fr  Sa  Su  Mo  Tu  We  Th  Fr  Sa  Su  Mo  Tu  We",
        "  ana              █▌   ▌███████████████▌                           ▌██████████",
        "  cy                ▌███▌",
        "  bo                                    ▌███████████████████████████▌",
        "",
        "  █ on call  ▌ part of the time  ! nobody  - nobody, on purpose",
    ]


@pytest.mark.parametrize("days", [1, 14, 20, 100, 400])
def test_the_picture_fits_a_terminal(type_: Type, policy: str, days: int) -> None:
    """It has eighty columns, however long the time is."""
    start = datetime(2026, 3, 18, 12, tzinfo=UTC)
    times = ("--from", start.isoformat(), "--to", (start + timedelta(days=days)).isoformat())
    schedules = ("primary", "office")  # reading the feed again for each would take seconds
    lines = type_("oncall", *schedules, "--policy", policy, *times).out.splitlines()
    assert any("█" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_gaps_are_marked_as_declared_or_overlooked(type_: Type, policy: str) -> None:
    """Here the nights were overlooked and the weekends were declared."""
    said = type_("oncall", "office", "--policy", policy, "--at", "2026-03-20T22:00Z")
    assert "  nobody, and nobody declared it, until Mon 2026-03-23 08:00 GMT" in said.out
    row = next(line for line in said.out.splitlines() if "(nobody)" in line)
    assert row[19:31] == "!! !--------"
    weekend = type_("oncall", "office", "--policy", policy, "--at", "2026-03-21T12:00Z")
    assert "  nobody, on purpose, until Mon 2026-03-23 08:00 GMT (03-23 08:00Z)" in weekend.out


def test_a_span_of_time_lists_every_shift_and_gap(type_: Type, policy: str) -> None:
    """It gives local time and UTC, even through a clock change."""
    times = ("--from", "2026-03-27T00:00Z", "--to", "2026-03-31T00:00Z")
    said = type_("oncall", "office", "--policy", policy, *times)
    assert said.out.splitlines()[:8] == [
        "office (Europe/London)",
        "  from                      in UTC        until                 who",
        "  Fri 2026-03-27 00:00 GMT  03-27 00:00Z  Fri 03-27 08:00 GMT   NOBODY",
        "  Fri 2026-03-27 08:00 GMT  03-27 08:00Z  Fri 03-27 18:00 GMT   ana (rotation)",
        "  Fri 2026-03-27 18:00 GMT  03-27 18:00Z  Sat 03-28 00:00 GMT   NOBODY",
        "  Sat 2026-03-28 00:00 GMT  03-28 00:00Z  Mon 03-30 00:00 BST   nobody (meant)",
        "  Mon 2026-03-30 00:00 BST  03-29 23:00Z  Mon 03-30 08:00 BST   NOBODY",
        "  Mon 2026-03-30 08:00 BST  03-30 07:00Z  Mon 03-30 09:00 BST   ana (rotation)",
    ]


def test_the_answer_says_how_old_a_feed_is(type_: Type, policy: str, tmp_path: Path) -> None:
    """If the last good copy is used, it says what was wrong."""
    at = ("--at", "2026-03-10T12:00Z")
    fresh = type_("oncall", "fed", "--policy", policy, *at)
    assert "  bo               feed shifts" in fresh.out
    assert "  feed shifts: read just now" in fresh.out
    (tmp_path / "shifts.ics").unlink()
    found = type_("oncall", "fed", "--policy", policy, *at, "--json").document["schedules"][0]
    assert [duty["person"] for duty in found["on_call"]] == ["bo"]
    assert found["feed_age_seconds"] >= 0
    assert found["notes"] == [
        "the feed does not answer: the file cannot be read (No such file or directory)"
    ]


def test_the_answer_for_scripts_is_complete(type_: Type, policy: str) -> None:
    """It holds instants in UTC and local time, duties, shifts and gaps."""
    document = type_("oncall", "primary", "office", "--policy", policy, *AT, "--json").document
    primary, office = document["schedules"]
    assert document["at"]["at"] == "2026-03-18T12:00:00Z"
    assert primary["on_call"] == [
        {
            "person": "cy",
            "because": "override",
            "since": {"at": "2026-03-18T09:00:00Z", "local": "2026-03-18T09:00:00+00:00"},
            "until": {"at": "2026-03-19T09:00:00Z", "local": "2026-03-19T09:00:00+00:00"},
        }
    ]
    assert primary["changes"]["at"] == "2026-03-19T09:00:00Z"
    assert (primary["gap"], primary["gaps"]) == (None, [])
    assert [shift["person"] for shift in primary["shifts"]] == ["cy", "ana", "bo", "ana"]
    assert {gap["declared"] for gap in office["gaps"]} == {True, False}


def test_without_a_file_the_policy_in_force_answers(
    type_: Type, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers about every schedule, now; a policy without schedules says so."""
    assert type_("oncall").out == "the policy has no schedules\n"
    monkeypatch.setenv("INCIDENT_POLICY_FILE", policy)
    load_settings.cache_clear()
    document = type_("oncall", "--json").document
    assert [found["schedule"] for found in document["schedules"]] == ["primary", "office", "fed"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("primry",), "there is no schedule primry; did you mean primary?"),
        (("--at", "noon"), "is not an instant"),
        (("--at", "9999-12-31T00:00Z"), "lies outside the years 1900 to 2200"),
        (
            ("--at", "now", "--from", "now"),
            "an instant (--at) or a period (--from and --to), not both",
        ),
        (("--from", "now", "--to", "-1h"), "--to is not after --from"),
        (("--from", "now", "--to", "+401d"), "at most 400 days"),
    ],
)
def test_wrong_usage_says_what_is_wrong(
    type_: Type, policy: str, typed: tuple[str, ...], words: str
) -> None:
    """It exits 2, as every command does."""
    said = type_("oncall", "--policy", policy, *typed)
    assert (said.code, words in said.err) == (2, True)


def test_a_policy_with_errors_is_refused(type_: Type, tmp_path: Path) -> None:
    """It exits 1 and lists every error."""
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.replace("who: cy", "who: di"))
    said = type_("oncall", "--policy", str(path))
    assert said.code == 1
    assert "there is no person di" in said.err

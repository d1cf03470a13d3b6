"""`calendar` says what is due when, and how much time has passed, to people and to scripts."""

from pathlib import Path

import pytest

from tests.console.conftest import Type

OFFICE = (
    *("--days", "mon-fri", "--hours", "09:00-17:00"),
    *("--zone", "Europe/London", "--holidays", "GB-ENG"),
)
POLICY = """\
policy: Least
version: "1"
effective_from: 2026-01-01
time_zone: Europe/London
calendars:
  office: { days: mon-fri, hours: 09:00-17:00, holidays: GB-ENG }
  nights: { hours: 22:00-06:00, zone: America/New_York }
severities: { SEV1: { means: bad } }
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    """A policy file with two calendars."""
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    return str(path)


def test_an_amount_of_open_hours_is_due_once_the_calendar_was_open_for_that_long(
    type_: Type,
) -> None:
    """The answer shows local times, and the closed hours that were skipped."""
    said = type_("calendar", "due", "2h", "--from", "2025-11-21T16:00Z", *OFFICE)
    assert said.code == 0
    assert "due  Mon 2025-11-24 10:00 GMT     2025-11-24T10:00:00Z" in said.out
    assert "Fri 2025-11-21 17:00 GMT - Mon 2025-11-24 09:00 GMT, 2d 16h closed" in said.out


def test_the_answer_for_programs_has_everything(type_: Type) -> None:
    """It holds instants in UTC and local time, what did not count and why, and clock changes."""
    said = type_("calendar", "due", "5d", "--from", "2026-03-27T18:00Z", *OFFICE, "--json")
    document = said.document
    assert document["due"] == {"at": "2026-04-07T17:00:00Z", "local": "2026-04-07T18:00:00+01:00"}
    assert document["counted_seconds"] == 5 * 86400
    assert document["means"] == {"calendar": "given", "days": 5}
    assert [span["why"] for span in document["skipped"]] == ["not worked", "not worked"]
    assert document["skipped"][1]["holidays"] == ["2026-04-03", "2026-04-06"]
    assert [change["seconds"] for change in document["clock_changes"]] == [3600]


@pytest.mark.parametrize(
    ("target", "more", "due"),
    [
        ("2h", [], "2025-11-21T18:00:00Z"),
        ("3 months", [], "2026-02-21T16:00:00Z"),
        ("2h", [*OFFICE, "--extended", "1h"], "2025-11-24T11:00:00Z"),
        ("end of next day", [*OFFICE], "2025-11-24T17:00:00Z"),
        ("end of local day", [*OFFICE], "2025-11-22T00:00:00Z"),
        ("3d local", [*OFFICE], "2025-11-24T16:00:00Z"),
        ("24h", [*OFFICE, "--elapsed", "--rolls", "12:00"], "2025-11-24T12:00:00Z"),
        (
            "4h before launch",
            [*OFFICE, "--date", "launch=2025-12-02T10:00Z"],
            "2025-12-01T14:00:00Z",
        ),
        ("2h", [*OFFICE, "--paused", "2025-11-21 16:30/2025-11-24 12:00"], "2025-11-24T13:30:00Z"),
    ],
)
def test_a_target_takes_any_form_that_a_policy_takes(
    type_: Type, target: str, more: list[str], due: str
) -> None:
    """Amounts, working days, months, ends of days and dates work; so do options and pauses."""
    said = type_("calendar", "due", target, "--from", "2025-11-21T16:00Z", *more, "--json")
    assert said.document["due"]["at"] == due


@pytest.mark.parametrize(
    ("options", "due"),
    [
        # Holidays alone: every other day counts, around the clock.
        (["1d", "--holidays", "GB-ENG", "--from", "2026-12-24T10:00"], "2026-12-27T10:00:00Z"),
        (["2h", "--holidays", "2026-12-25", "--from", "2026-12-24T23:00"], "2026-12-26T01:00:00Z"),
        (
            ["end of next day", "--holidays", "DE-BY", "--from", "2026-01-05"],
            "2026-01-08T00:00:00Z",
        ),
        # A Saturday that people work because the Thursday is a holiday.
        (
            [
                "2h",
                "--days",
                "mon-fri",
                "--hours",
                "09:00-17:00",
                "--holidays",
                "2026-10-08",
                "--worked",
                "2026-10-10=fri",
                "--from",
                "2026-10-09T16:00",
            ],
            "2026-10-10T10:00:00Z",
        ),
        (
            ["1d", "--days", "mon-fri", "--worked", "2026-10-10", "--from", "2026-10-09T16:00"],
            "2026-10-10T16:00:00Z",
        ),
        (
            [
                "2h",
                "--holidays",
                "2026-12-25",
                "--worked",
                "2026-12-25",
                "--from",
                "2026-12-24T23:00",
            ],
            "2026-12-25T01:00:00Z",
        ),
    ],
)
def test_days_off_and_worked_days_can_be_given_in_words(
    type_: Type, options: list[str], due: str
) -> None:
    """As a policy would have them, also without any hours."""
    said = type_("calendar", "due", *options, "--json")
    assert said.document["due"]["at"] == due


def test_a_calendar_of_holidays_alone_may_be_a_policy_s(type_: Type, tmp_path: Path) -> None:
    """It is open on all other days."""
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.replace("  office:", "  most: { holidays: GB-ENG }\n  office:"))
    given = ("--policy", str(path), "--calendar", "most", "--from", "2026-12-24T10:00")
    assert type_("calendar", "due", "1d", *given, "--json").document["due"]["at"] == (
        "2026-12-27T10:00:00Z"
    )
    assert type_("calendar", "elapsed", *given, "--to", "2026-12-28T10:00").code == 0


def test_a_day_that_ends_a_minute_early_is_noted(type_: Type) -> None:
    """People write 23:59 and mean 24:00."""
    given = ("--days", "mon-fri", "--from", "2026-10-05T10:00")
    said = type_("calendar", "due", "20h", *given, "--hours", "00:00-23:59")
    assert "hours until 23:59 leave a minute out; write 24:00 if you mean that" in said.out
    assert "minute" not in type_("calendar", "due", "20h", *given, "--hours", "00:00-24:00").out


def test_both_limits_of_a_target_are_printed(type_: Type) -> None:
    """The answer shows the softer limit and the harder one."""
    said = type_("calendar", "due", "1h-2h", "--from", "2025-11-21T16:00Z", *OFFICE, "--json")
    assert said.document["should"]["at"] == "2025-11-21T17:00:00Z"
    assert said.document["due"]["at"] == "2025-11-24T10:00:00Z"


def test_a_calendar_of_a_policy_is_chosen_by_name(type_: Type, policy: str) -> None:
    """An option or the target itself names it; local times are in its zone."""
    arguments = ("--from", "2025-11-21 16:00", "--policy", policy, "--json")
    named = type_("calendar", "due", "2h", "--calendar", "office", *arguments).document
    within = type_("calendar", "due", "2h office", *arguments).document
    assert named["due"] == within["due"]
    assert named["due"]["at"] == "2025-11-24T10:00:00Z"
    nights = type_("calendar", "due", "2h", "--calendar", "nights", *arguments).document
    assert nights["from"]["local"] == "2025-11-21T16:00:00-05:00"
    assert nights["due"]["local"] == "2025-11-22T00:00:00-05:00"


def test_a_target_and_an_option_cannot_name_two_calendars(type_: Type, policy: str) -> None:
    """One of them would not count. With --rolls, both are used."""
    typed = ("calendar", "due", "2h office", "--policy", policy, "--from", "2025-11-21T16:00Z")
    said = type_(*typed, "--calendar", "nights")
    assert said.code == 2
    assert "'2h office' counts by the calendar office, not by nights" in said.err
    assert type_(*typed, "--calendar", "office").code == 0
    assert type_(*typed, "--calendar", "nights", "--rolls", "12:00").code == 0


def test_elapsed_time_is_printed_in_every_measure(type_: Type) -> None:
    """These are open hours, working days, and all time that passed."""
    week = ("--from", "2020-08-07T14:51Z", "--to", "2020-08-14T09:06Z")
    said = type_("calendar", "elapsed", *week, *OFFICE, "--json")
    assert said.document["elapsed_seconds"] == (1 * 60 + 9 + 4 * 8 * 60 + 66) * 60
    assert said.document["real_seconds"] == (6 * 24 * 60 + 18 * 60 + 15) * 60
    assert said.document["days"] == pytest.approx(4.76, abs=0.01)
    people = type_("calendar", "elapsed", *week, *OFFICE)
    assert "elapsed  34h 15m while open" in people.out
    assert "in all  6d 18h 15m" in people.out


def test_the_answer_says_if_a_local_time_comes_twice_or_never(type_: Type) -> None:
    """It states the rule only if the rule decides something."""
    zone = ("--zone", "Europe/London")
    twice = type_("calendar", "due", "1h", "--from", "2025-10-26 01:30", *zone)
    assert "2025-10-26T00:30:00Z" in twice.out
    assert "comes twice in Europe/London; the first one counts" in twice.out
    never = type_("calendar", "due", "1h", "--from", "2026-03-29 01:30", *zone)
    assert "2026-03-29T01:00:00Z" in never.out
    assert "does not exist in Europe/London; clocks skip it" in never.out
    once = type_("calendar", "due", "1h", "--from", "2026-03-28 01:30", *zone)
    assert "note" not in once.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["due", "2x"], "'2x' is not a duration"),
        (["due", "2h", "--days", "mun"], "'mun' is not a day"),
        (["due", "2h", "--hours", "9-5"], "write 09:00-17:00"),
        (["due", "2h", "--zone", "Europe/Londn"], "did you mean Europe/London?"),
        (["due", "2h", "--zone", "Nowhere"], "write an IANA name"),
        (["due", "2h", "--holidays", "UK"], "did you mean GB?"),
        (["due", "2h", "--worked", "saturday"], "'saturday' is not a date"),
        (["due", "2h", "--worked", "2026-10-10=noday"], "'noday' is not a day"),
        (["due", "2h", "--holidays", "2026-02-30"], "write a day that exists"),
        (["due", "2h", "--days", "mon", "--calendar", "office"], "not both"),
        (["due", "2h", "--calendar", "offce"], "there is no calendar offce"),
        (["due", "2h offce", "--days", "mon"], "there is no calendar offce"),
        (["due", "unspecified"], "is not a target that comes due"),
        (["due", "24h before review"], "counts back from a date"),
        (["due", "2h", "--date", "review"], "write NAME=INSTANT"),
        (["due", "2h", "--days", "holiday"], "does not come due within 10 years"),
        (["due", "99999999999d local"], "is longer than ten years"),
        (["due", "2h", "--extended", "9999999d"], "does not come due within 10 years"),
        (["due", "2h", "--from", "9999-01-01T00:00Z"], "outside the years 1900 to 2200"),
        (["due", "2h", "--from", "yesterday"], "is not an instant"),
        (["due", "2h", "--paused", "now"], "write two instants as FROM/UNTIL"),
        (["due", "2h", "--paused", "-1h/-2h"], "ends before it begins"),
        (["due", "2h", "--rolls", "noon"], "write next CALENDAR day 12:00"),
        (["elapsed", "--from", "now", "--to", "-2h"], "--to is before --from"),
        (["elapsed", "--from", "1950-01-01T00:00Z"], "longer than 10 years"),
        (["elapsed"], "Missing option '--from'"),
    ],
)
def test_wrong_usage_gets_an_answer_that_says_what_would_be_right(
    type_: Type, arguments: list[str], says: str
) -> None:
    """Nothing wrong leads to a traceback."""
    said = type_("calendar", *arguments)
    assert said.code == 2
    assert says in said.err


def test_a_policy_file_with_errors_lists_them(type_: Type, policy: str) -> None:
    """Every command that reads a policy file does the same."""
    Path(policy).write_text(POLICY.replace("mon-fri", "mun"))
    said = type_("calendar", "due", "2h office", "--policy", policy)
    assert said.code == 1
    assert "'mun' is not a day" in said.err

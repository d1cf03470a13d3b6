"""What people type into forms: local time of the zone beside the field, or a clear refusal."""

from datetime import UTC, datetime, timedelta

import pytest

from models.answers.view import IncidentView
from models.command import COMMANDS
from models.contracts.incident import Carried
from rules.commands.view import view_of
from tests.specimens import POLICY, after, an_incident
from web.http.errors import Refused
from web.pages.fields import FormField
from web.pages.forms import Given
from web.pages.incident.forms import forms_for
from web.pages.incident.shown import shown
from web.pages.report.form import filled
from web.pages.sending import values_of
from web.pages.times import Times, times_of
from web.pages.typed_instants import typed_instant, zone_choices

BERLIN = times_of("Europe/Berlin")
SKIPPED, TWICE = "2026-03-29T02:30", "2026-10-25T02:30"


def at(text: str, zone: str = "", name: str = "at") -> dict[str, str]:
    """A form with an instant, and the zone beside it."""
    return {name: text, f"{name}.zone": zone}


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-07-01T14:00", "Europe/Berlin", "2026-07-01T12:00"),
        ("2026-01-01T13:00:05", "Europe/Berlin", "2026-01-01T12:00:05"),
        ("2026-07-01T14:00", "UTC", "2026-07-01T14:00"),
        ("2026-07-01T14:00", "", "2026-07-01T14:00"),
        ("2026-07-01T14:00+05:30", "Europe/Berlin", "2026-07-01T08:30"),
        (TWICE, "+02:00", "2026-10-25T00:30"),
        (TWICE, "+01:00", "2026-10-25T01:30"),
        (SKIPPED, "UTC", "2026-03-29T02:30"),
        ("2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00"),
    ],
)
def test_an_instant_is_local_time_of_the_zone_beside_it(text: str, zone: str, instant: str) -> None:
    """Without a zone beside it, it is UTC; a zone in the text itself counts first."""
    assert typed_instant("at", at(text, zone)) == datetime.fromisoformat(f"{instant}+00:00")


@pytest.mark.parametrize(
    ("text", "zone", "problem"),
    [
        (SKIPPED, "Europe/Berlin", "2026-03-29 02:30:00 does not exist in Europe/Berlin"),
        (TWICE, "Europe/Berlin", "comes twice in Europe/Berlin: choose beside it"),
        (TWICE, "Mars/Olympus", "there is no time zone 'Mars/Olympus'"),
        (TWICE, "+99:00", "there is no time zone '+99:00'"),
        ("soon", "Europe/Berlin", "is no date and time"),
        ("0001-01-01T00:00", "Pacific/Auckland", "lies outside the calendar"),
        ("1800-01-01T00:00", "Europe/Berlin", "1900"),
    ],
)
def test_a_time_that_no_clock_shows_once_is_refused(text: str, zone: str, problem: str) -> None:
    """And the refusal says why."""
    with pytest.raises(ValueError, match=r".") as refused:
        typed_instant("at", at(text, zone))
    assert problem in str(refused.value)


def choices(text: str, zone: str, times: Times = BERLIN) -> list[tuple[str, str]]:
    """The zones beside a field: values and words."""
    return [(each.value, each.words) for each in zone_choices("at", at(text, zone), times)]


def test_a_time_that_comes_twice_offers_both() -> None:
    """The form names their offsets; once somebody has chosen, it keeps the choice."""
    zones = [("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC")]
    assert choices("", "") == zones
    assert choices(SKIPPED, "Europe/Berlin") == zones
    assert choices("0001-01-01T00:00", "Europe/Berlin") == zones
    both = [("+02:00", "the first (CEST, UTC+02:00)"), ("+01:00", "the second (CET, UTC+01:00)")]
    assert choices(TWICE, "Europe/Berlin") == [*both, *zones]
    assert choices(TWICE, "+01:00") == [("+01:00", "UTC+01:00"), *zones]
    assert choices("", "", times_of("Europe/Berlin", utc=True)) == zones[::-1]
    assert choices("", "", times_of("UTC", utc=True)) == zones[1:]
    assert choices("", "", times_of("Mars/Olympus")) == zones[1:]


def view(time_zone: str = "Europe/Berlin") -> IncidentView:
    """An incident under a policy with a zone."""
    policy = POLICY.changed(time_zone=time_zone)
    return view_of(Carried(incident=an_incident(policy), policy=policy), after(1))


def test_every_form_that_asks_for_an_instant_names_its_zone() -> None:
    """First the zone of the policy; a refused form keeps what was chosen."""
    seen = view()
    given = Given("acknowledge", at(TWICE, "Europe/Berlin", "happened_at"))
    forms = forms_for(seen, POLICY, given, BERLIN)
    fields: list[tuple[str, FormField]] = [
        (form.name, field)
        for form in (*forms.next, *forms.often, *forms.others)
        for field in (*form.fields, *form.more)
        if field.control == "instant"
    ]
    assert len(fields) > len(COMMANDS) / 2
    for name, field in fields:
        typed = (name, field.name) == ("acknowledge", "happened_at")
        assert field.zones[0].value == ("+02:00" if typed else "Europe/Berlin"), name
        assert field.zone == ("Europe/Berlin" if typed else "")


def test_a_form_sends_the_instant_in_utc_and_names_a_field_that_is_wrong() -> None:
    """A command gets no local time."""
    spec = COMMANDS["acknowledge"]
    typed = at("2026-07-01T14:00", "Europe/Berlin", "happened_at")
    assert values_of(spec, typed) == {"happened_at": datetime(2026, 7, 1, 12, tzinfo=UTC)}
    with pytest.raises(Refused, match="happened_at: 2026-03-29 02:30:00 does not exist") as refused:
        values_of(spec, at(SKIPPED, "Europe/Berlin", "happened_at"))
    assert [name for name, _ in refused.value.fields] == ["happened_at"]


def test_a_report_with_a_time_that_comes_twice_loses_nothing_else() -> None:
    """The rest of the report is read, so that the page can say what it would do."""
    found = filled({"title": "Checkout fails", **at(TWICE, "Europe/Berlin", "happened_at")})
    assert (found.said.title, found.said.happened_at) == ("Checkout fails", None)
    assert [name for name, _ in found.problems] == ["happened_at"]
    assert "choose beside it which one you mean" in found.problems[0][1]


def test_a_page_shows_times_in_the_zone_of_the_policy_or_in_utc() -> None:
    """Each time names its zone."""
    seen = view()
    local = shown(seen, None, BERLIN.words, "ana", None)
    assert local.now == "2026-03-27 17:51:00 CET"
    assert "(2026-03-27 17:50:00 CET)" in local.head.since_words
    assert {line.when for line in local.lines.lines} == {"2026-03-27 17:50:00 CET"}
    utc = times_of("Europe/Berlin", utc=True)
    assert shown(seen, None, utc.words, "ana", None).now == "2026-03-27 16:51:00 UTC"
    assert (utc.other, BERLIN.other) == ("Europe/Berlin", "UTC")
    assert (utc.query("&"), BERLIN.query()) == ("&utc=true", "")
    assert BERLIN.words(after(1) + timedelta(days=120)).endswith("CEST")

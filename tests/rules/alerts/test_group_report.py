"""How an alert group describes itself: in the report of its alerts, and to auditors."""

from pathlib import Path

import pytest

from models.alert import Alert, GroupingPolicy
from models.base import MONITORING
from models.intake import IntakeRules, LabelSeverity, ReportingRule
from rules.alerts.group_report import group_markdown, recurrence_words, report_of
from tests.rules.groups import FIRST, Group, a_resolved_group, firing
from tests.specimens import after
from web.alerts.formats.alertmanager import FORMAT, Webhook
from web.alerts.formats.batches import batch_of

NO_SUMMARY = Path(__file__).parents[2] / "web" / "alerts" / "payloads" / "no_summary.json"
RULES = IntakeRules(
    grouping=GroupingPolicy(),
    severity=LabelSeverity(severities=("SEV1",), default="SEV1"),
    reporting=ReportingRule(),
)


@pytest.mark.parametrize(
    ("alerts", "title"),
    [
        ([firing("a")], "a"),
        ([firing("a", summary="it burns")], "a: it burns"),
        ([firing("b", 2), firing("a", 1, summary="it burns")], "a: it burns (and 1 more)"),
        ([firing("a", summary="x" * 400), firing("b", 1)], f"a: {'x' * 284} (and 1 more)"),
    ],
)
def test_the_first_alert_gives_the_title(alerts: list[Alert], title: str) -> None:
    """The others are counted; the title keeps to its limit."""
    state = Group().hears(3, *alerts).state
    assert report_of(state, "AG-k", happened_at=None, previous=None).title == title


def test_the_service_is_what_all_alerts_agree_on() -> None:
    """If the alerts name two services, both are affected systems and there is no service."""
    one = Group().hears(3, firing("a", service="pay"), firing("b", service="pay")).state
    two = Group().hears(3, firing("a", service="pay"), firing("b", service="web")).state
    reports = [report_of(s, "AG-k", happened_at=None, previous=None) for s in (one, two)]
    assert [report.service for report in reports] == ["pay", None]
    assert reports[1].affected_systems == ("pay", "web")


def test_a_report_names_the_first_alerts_and_counts_the_others() -> None:
    """Five are named, the oldest first; all of them are on the record."""
    five = [firing(f"a{n}", n) for n in range(5)]
    state = Group().hears(9, *reversed(five)).state
    report = report_of(state, "AG-k", happened_at=None, previous=None)
    assert report.nature == "a0\na1\na2\na3\na4"
    state = Group().hears(9, firing("c", 6), firing("b", 5), *five).state
    report = report_of(state, "AG-k", happened_at=None, previous=None)
    assert report.nature == "a0\na1\na2\na3\na4\nand 2 more"
    assert [record.alert.name for record in report.alerts] == [*(a.name for a in five), "b", "c"]


def test_a_report_says_of_which_group_it_comes_and_what_was_before() -> None:
    """The report is dated to when it was due, and counts alerts that the sender left out."""
    state = Group().hears(3, firing("a"), truncated=2).state
    report = report_of(state, "AG-k", happened_at=after(3), previous=FIRST)
    assert (report.group_id, report.previous_incident) == ("AG-k", FIRST)
    assert (report.happened_at, report.truncated_alerts) == (after(3), 2)
    assert report.reporter == MONITORING


@pytest.mark.parametrize(
    ("recurring", "words"),
    [
        ((), ""),
        (("a0", "gone"), "alert fires again: a0"),
        (
            tuple(f"a{n}" for n in range(7)),
            "alert fires again: a0; a1; a2; a3; a4; and 2 more",
        ),
    ],
)
def test_a_reopening_names_the_alerts_that_recur(recurring: tuple[str, ...], words: str) -> None:
    """The reopening's note is one line with their names."""
    state = Group().hears(3, *(firing(f"a{n}") for n in range(7))).state
    assert recurrence_words(state, recurring) == words


def test_the_state_of_a_group_has_its_incident_and_its_firing_alerts() -> None:
    """They see the five oldest alerts as they were written, and the group's next step."""
    alerts = [firing("a*b", 1), *(firing(f"a{n}", n) for n in range(2, 8))]
    group = Group().hears(9, *reversed(alerts), truncated=2)
    assert group_markdown(group.state, "wait for news").split("\n") == [
        "Incident: none yet; opened 0, fed 0 times",
        "",
        "Firing alerts: 7, 2 left out by the sender",
        "",
        "Next: wait for news",
        "",
        r"- a\*b, since 2026-03-27 16:51:00 UTC",
        "- a2, since 2026-03-27 16:52:00 UTC",
        "- a3, since 2026-03-27 16:53:00 UTC",
        "- a4, since 2026-03-27 16:54:00 UTC",
        "- a5, since 2026-03-27 16:55:00 UTC",
    ]


def test_a_group_whose_incident_was_resolved_says_when() -> None:
    """It also shows how often the group fed it, and messages that nobody could read."""
    opened = Group().hears(0, firing("a")).opens(0).state
    assert group_markdown(opened, "x").startswith(f"Incident: **{FIRST}** (reported); opened 1")
    unheard = opened.changed(incident_state=None)
    assert f"**{FIRST}** (started)" in group_markdown(unheard, "x")
    state = a_resolved_group().state.changed(malformed=3)
    assert group_markdown(state, "end").split("\n") == [
        f"Incident: **{FIRST}** (review, resolved 2026-03-27 17:50:00 UTC); opened 1, fed 1 times",
        "",
        "Firing alerts: 0",
        "",
        "Next: end",
        "",
        "Malformed messages: 3",
    ]


def test_a_page_says_which_alerts_without_a_summary_fire() -> None:
    """Alertmanager says that two instances are down, and the page names both."""
    webhook = Webhook.model_validate_json(NO_SUMMARY.read_text())
    (sent,) = FORMAT.read(webhook, {})
    batch, _ = batch_of(sent, FORMAT.name, RULES, after(0))
    group = Group().hears(0, *batch.alerts)
    report = report_of(group.state, "AG-1", happened_at=None, previous=None)
    assert report.title == "InstanceDown: instance=db-7:9100 (and 1 more)"
    assert report.nature.splitlines() == [
        "InstanceDown: instance=db-7:9100",
        "InstanceDown: instance=db-8:9100",
    ]

"""What a report would do, worked out on an incident that nobody opens."""

import pytest

from models.base import Actor
from models.compiled import CompiledPolicy, EscalationPolicy
from models.incident.record import Report
from rules.commands.beginning.preview import first_pages, imagined, preview_of, recipient_words
from rules.paging.channels import PageTarget
from tests.specimens import POLICY, START, minutes

BO = Actor(name="bo", via="web")


def report(severity: str | None = None, title: str = "Checkout fails") -> Report:
    """A report that may lack something."""
    return Report.model_construct(title=title, severity=severity, reporter=BO)


def levels(policy: CompiledPolicy, severity: str | None = None) -> list[tuple[int, list[str]]]:
    """The targets of each level that the report would page."""
    incident = imagined(report(severity), policy, START)
    asked = first_pages(incident, policy, START)
    return [(each.level, list(each.targets.page)) for each in asked]


@pytest.mark.parametrize(("said", "found"), [(None, "SEV2"), ("SEV1", "SEV1"), ("SEV7", "SEV2")])
def test_a_preview_has_the_severity_that_the_incident_would_have(
    said: str | None, found: str
) -> None:
    """A report that still lacks its title has one, too."""
    told = report(said, title="")
    preview = preview_of(told, imagined(told, POLICY, START), POLICY, START)
    assert preview.severity == found
    assert preview.why == ("as stated" if said == found else "by default")


def test_a_preview_has_the_clocks_that_start_and_who_is_told() -> None:
    """Each with the time that is left; a clock without a target at this severity does not start."""
    told = report("SEV1")
    preview = preview_of(told, imagined(told, POLICY, START), POLICY, START)
    assert [(each.clock, each.limit_after) for each in preview.clocks] == [
        ("acknowledge", minutes(5)),
        ("assess", minutes(15)),
        ("resolve", minutes(240)),
    ]
    assert preview.informed == ("stakeholders",)


def test_the_levels_are_asked_in_order_until_one_reaches_somebody() -> None:
    """A policy without an escalation pages nobody."""
    assert [number for number, _ in levels(POLICY)] == [1, 2, 3]
    assert levels(POLICY)[0] == (1, ["person:ana"])
    assert levels(POLICY.changed(escalation=None)) == []
    assert levels(POLICY.changed(escalation=EscalationPolicy(name="none", levels=()))) == []


def test_recipients_are_told_in_words() -> None:
    """As what somebody is paged is part of it."""
    assert recipient_words(PageTarget("person:ana", "ana")) == "ana (by name)"
    assert recipient_words(PageTarget("role:lead", "bo")) == "bo (role lead)"
    assert recipient_words(PageTarget("channel:pager", "pager")) == "the channel pager"

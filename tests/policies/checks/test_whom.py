"""Wherever a policy names somebody, `role:NAME` and `person:NAME` mean what the name means."""

import pytest

from models.policy import Policy
from policies.compiling.policy import compile_policy
from policies.compiling.responsibility import default_of
from policies.reading.load import parse_policy
from tests.policies.render.documents import document, loaded, said
from tests.policies.written import WHOLE, changed, clock, errors

SOMEBODY: dict[str, str] = {
    "who reports": "reporting: { who: [bo, WHOM], who_at: { SEV1: WHOM } }\n",
    "who owns a service": "services: { shop: { owner: WHOM } }\n",
    "who does a step": "steps: { diagnosis: [{ do: Look, by: WHOM }] }\n",
    "who raises and lowers": (
        "severity_rules: { raise: { by: WHOM, SEV1: WHOM }, lower: { by: [bo, WHOM] } }\n"
    ),
    "who may": (
        "milestones: [told]\n"
        "authority: { hold: WHOM, resume: { by: [WHOM], SEV1: WHOM, when: { via=api: WHOM }, "
        "after: { 5m: WHOM } }, override: { by: WHOM }, set_milestone:told: WHOM, "
        "reopen:closed: WHOM }\n"
    ),
    "who approves": (
        "approvals: { close: { by: WHOM, within: 5m, backups: [WHOM, [bo, WHOM]] } }\n"
        "backdating: { approval_after: 1h, approved_by: { by: WHOM } }\n"
    ),
    "who reviews": (
        "review: { required: always, led_by: WHOM, with: [bo, WHOM], followed_up_by: WHOM }\n"
    ),
    "who checks updates": "communication: { checked_by: [bo, WHOM] }\n",
    "who hears that an update is late": (
        "communication: { lead: lead, audiences: { all: { channels: log } }, updates: { all: "
        "{ SEV1: 1h } }, late: { 100%: [page WHOM, remind WHOM, notify WHOM] } }\n"
    ),
}
"""Places below the policy's head, each with all forms in which they name somebody."""

IN_THE_POLICY: dict[str, str] = {
    "who is paged": WHOLE.replace("page: bo", "page: [bo, WHOM]"),
    "who is paged in turn": WHOLE.replace("page: bo", "round_robin: [bo, WHOM]"),
    "who takes a role": WHOLE.replace("duties: Writes", "duties: Writes, default: WHOM"),
    "who deputises": WHOLE.replace("duties: Writes", "duties: Writes, deputy: WHOM"),
    "who is asked for a vacant role": WHOLE.replace(
        "duties: Writes",
        "duties: Writes, required: { SEV1: 5m }, "
        "unfilled: [page WHOM, remind WHOM, notify WHOM, assign scribe WHOM]",
    ),
    "who hears of a clock": WHOLE
    + clock(
        "reported", "resolved", ", at: { 50%: [page WHOM, remind WHOM], 100%: assign scribe WHOM }"
    ),
}

PLACES = {name: WHOLE + added for name, added in SOMEBODY.items()} | IN_THE_POLICY


def _held(text: str) -> str:
    """The policy with a person behind its role: before an incident, somebody could hold it."""
    return text.replace("default: acknowledger", "default: ana")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("whom", ["role:lead", "lead", "person:ana", "ana"])
def test_whoever_is_named_is_named_in_the_same_words_everywhere(place: str, whom: str) -> None:
    """No place refuses a form that another takes."""
    assert errors("", _held(PLACES[place]).replace("WHOM", whom)) == []


def _policy(text: str) -> Policy:
    policy = parse_policy(text.encode()).policy
    assert policy
    return policy


@pytest.mark.parametrize(
    ("whom", "people"),
    [
        ("role:lead", ("ana", "bo", "cy")),
        ("lead", ("ana", "bo", "cy")),
        ("role:scribe", ("dan", "ana")),
        ("person:cy", ("cy",)),
        ("team:red", ("team:red",)),
        ("lead, anyone", ("ana", "bo", "cy", "anyone")),
    ],
)
def test_a_role_that_may_report_means_everybody_who_could_hold_it(
    whom: str, people: tuple[str, ...]
) -> None:
    """Nobody holds it yet: its default, its deputy, and those qualified for it."""
    text = (
        WHOLE.replace("bo: {} }", "bo: {}, cy: { teams: red, skills: commander }, dan: {} }")
        .replace("default: acknowledger", "default: ana, deputy: bo, qualification: commander")
        .replace("duties: Writes", "duties: Writes, default: schedule:desk, deputy: role:lead")
    )
    schedule = (
        "schedules: { desk: { rotation: { people: person:dan, hand_over: monday 09:00 } } }\n"
    )
    text += schedule + f"reporting: {{ who: [{whom}], who_at: {{ SEV1: [{whom}] }} }}\n"
    rule = compile_policy(_policy(text), "0" * 64).reporting
    assert rule.who == rule.at["SEV1"] == people


def test_the_document_names_the_role_that_may_report_and_who_that_is() -> None:
    """The reader sees the rule, and whom it means today."""
    text = changed("default: acknowledger", "default: ana, deputy: bo")
    text += "reporting: { who: [role:lead, monitoring], who_at: { SEV1: lead } }\n"
    told = said(document(text), "2. Reporting")
    assert told[:2] == (
        "Whoever could be lead (ana and bo) or monitoring may report an incident.",
        "An incident of SEV1 may be reported only by whoever could be lead (ana and bo).",
    )


def test_a_role_that_nobody_could_hold_cannot_report() -> None:
    """Who may report is never wider than what is written, and never silently nobody."""
    [error] = errors("reporting: { who: role:scribe }\n")
    assert "nobody is scribe before there is an incident; name people or a team" in error


@pytest.mark.parametrize(
    "given",
    [
        "rotation: { people: [ana, WHOM], hand_over: monday 09:00 }",
        (
            "rotation: { people: ana, hand_over: monday 09:00 }, "
            "overrides: [{ who: WHOM, from: 2026-01-01 09:00, to: 2026-01-02 09:00 }]"
        ),
        "ical: { feed: duty, names: { Bob: WHOM } }",
    ],
)
def test_a_schedule_names_people_alone_and_says_why(given: str) -> None:
    """It counts for all incidents, and a role has a holder only in one."""
    text = f"schedules: {{ desk: {{ {given} }} }}\n"
    assert errors(text.replace("WHOM", "person:ana")) == []
    [error] = errors(text.replace("WHOM", "role:lead"))
    assert error.partition("error: ")[2] == (
        "role:lead has a holder only in an incident, and a schedule counts for all of them; "
        "name a person"
    )


def test_whoever_takes_a_role_by_default_can_take_another_with_it() -> None:
    """However long the way: the first role that names no other decides."""
    text = WHOLE.replace("duties: Writes }", "default: role:lead }\n  third: { default: scribe }")
    policy = _policy(text)
    assert [default_of(policy, name) for name in policy.roles] == ["acknowledger"] * 3
    carried = compile_policy(policy, "0" * 64)
    assert [role.default for role in carried.roles] == ["acknowledger"] * 3


def test_defaults_that_lead_back_are_found() -> None:
    """Nobody would ever take any of these roles."""
    text = WHOLE.replace("default: acknowledger", "default: scribe")
    found = errors("", text.replace("duties: Writes", "default: role:lead"))
    assert [line.partition("error: ")[2] for line in found] == [
        f"the default of {name} leads back to {name}; name a person in one of the roles"
        for name in ("lead", "scribe")
    ]


def test_roles_that_exclude_each_other_are_named_either_way() -> None:
    """`role:NAME` there, too."""
    text = WHOLE.replace("duties: Writes", "not_also: role:lead, discouraged_with: [role:lead]")
    assert errors("", text) == []
    policy = _policy(text)
    assert policy.roles["scribe"].not_also == ("lead",)


def test_an_audience_that_is_called_like_a_role_is_told_by_its_bare_name_alone() -> None:
    """`notify lead` tells the audience; `notify role:lead` the holder."""
    added = clock("reported", "resolved", ", at: { 50%: notify lead, 100%: notify role:lead }")
    text = WHOLE + added + "communication: { audiences: { lead: { channels: log } } }\n"
    view = loaded(text).policy
    chains = [str(chain[0]) for chain in view.clocks["another"].at.values()]
    assert chains == ["notify lead", "remind lead"]

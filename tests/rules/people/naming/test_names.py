"""Names of people: how to write them, which look alike, and that strangers cannot act."""

from typing import Any

import pytest

from models.base import ENGINE, MONITORING, Actor
from models.incident.record import Report
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from rules.commands.beginning.report_rules import refusal_of_report
from rules.people.naming.names import RESERVED, meant_by, spelling_flaw
from rules.people.permission.authority import rule_for
from rules.record.decision import Decision, Refusal
from tests.rules.staffed import HEAD, decided, refused, reported, staffed
from tests.specimens import after, done, outcome

OPEN = "authority: { hold: anyone, acknowledge: people, assign_role: people }\n"
ROLES = "roles: { lead: {}, guest: { qualification: outside, count: many } }\n"
UNSEEN = ("an\u200ba", "ana\u00a0", "a\u2060na", "\u202eana", "ana\u00ad", "an\ufe0fa", "ana\u2800")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        *((name, "cannot be seen") for name in UNSEEN),
        ("ana\n", "cannot be seen"),
        (" ana", "begins or ends with a space"),
        ("", "is blank"),
        ("\uff41na", "unusual characters: write 'ana'"),
        ("Jose\u0301", "unusual characters"),
        ("\u0430na", "mixes letters of Cyrillic and Latin"),
        *((word, "is a word of the engine") for word in RESERVED),
        ("Engine", "is a word of the engine"),
        ("EN-GINE", "is a word of the engine"),
        ("eng\u0131ne", "is a word of the engine"),
        ("\u1d07\u0274\u0262\u026a\u0274\u1d07", "is a word of the engine"),
    ],
)
def test_a_name_that_is_not_written_plainly_is_no_name(name: str, why: str) -> None:
    """That is invisible characters, look-alikes, and words with a meaning."""
    assert why in str(spelling_flaw(name))


@pytest.mark.parametrize("name", ["ana", "ana.b-c_d", "O'Brien", "José", "山田 太郎", "Иван"])
def test_a_name_may_be_of_any_language(name: str) -> None:
    """It is written as people write it."""
    assert spelling_flaw(name) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("anna", "ana"),
        ("Ana", "ana"),
        ("a na", "ana"),
        ("\u0430\u043f\u0430", None),
        ("eeve", "eve"),
        ("mallory", None),
        ("ana", None),
    ],
)
def test_the_name_that_was_meant_is_the_one_it_looks_like_or_the_nearest(
    name: str, meant: str | None
) -> None:
    """So a person who mistyped a name reads the right one."""
    assert meant_by(name, ("ana", "bo", "cy", "dee", "eve")) == meant


@pytest.mark.parametrize("name", [*UNSEEN, "engine", "Monitoring", "nobody", " ana", "\u0430na"])
@pytest.mark.parametrize(
    ("command", "fields", "field"),
    [
        ("acknowledge", {}, "actor"),
        ("hold", {"reason": "x"}, "actor"),
        ("assign_role", {"role": "lead"}, "person"),
        ("assign_role", {"role": "guest"}, "person"),
        ("unassign_role", {"role": "lead"}, "person"),
        ("hand_over", {"role": "lead"}, "to"),
        ("add_action_item", {"text": "x"}, "owner"),
        ("submit_review", {"attendees": ["bo"]}, "lead"),
    ],
)
def test_every_command_refuses_a_name_that_is_not_written_plainly(
    command: str, fields: dict[str, Any], field: str, name: str
) -> None:
    """This holds for the actor and for everybody named, even if anyone may act."""
    policy = staffed(OPEN + ROLES)
    answer = refused(reported(policy), command, 1, policy, **{**fields, field: name})
    assert (answer.kind, answer.missing) == ("Malformed", (field,))


@pytest.mark.parametrize("command", ["approve", "accept_handover", "reject", "escalate", "close"])
def test_an_actor_with_a_name_much_like_somebodys_is_asked_whether_they_are_meant(
    command: str,
) -> None:
    """This holds for every command."""
    policy = staffed(OPEN + ROLES)
    fields = {
        "approve": {"command": "close"},
        "accept_handover": {"role": "lead"},
        "reject": {"command": "close", "reason": "x"},
    }.get(command, {})
    answer = refused(reported(policy), command, 1, policy, actor="anna", **fields)
    assert answer.kind == "NotAuthorised"
    assert "did you mean ana?" in answer.message


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("assign_role", {"role": "lead", "person": "anna"}),
        ("assign_role", {"role": "guest", "person": "anna"}),
        ("hand_over", {"role": "lead", "to": "anna"}),
        ("add_action_item", {"text": "x", "owner": "anna"}),
    ],
)
def test_a_misspelt_person_is_refused_with_the_one_who_was_meant(
    command: str, fields: dict[str, Any]
) -> None:
    """So no unknown person holds a role or owes work."""
    policy = staffed(OPEN + ROLES)
    incident = done(reported(policy), "assign_role", after(1), policy, role="lead", person="bo")
    answer = refused(incident, command, 2, policy, **fields)
    assert (answer.kind, "did you mean ana?" in answer.message) == ("Refused", True)


def test_a_review_names_people_and_roles_and_outsiders_that_nobody_mistakes() -> None:
    """A customer may attend; a name much like ana is refused with a question."""
    policy = staffed(OPEN + ROLES + "review: { required: { SEV1: always }, led_by: lead }\n")
    incident = done(reported(policy), "assign_role", after(1), policy, role="lead", person="bo")
    incident = done(incident, "resolve", after(1), policy)
    answer = refused(incident, "submit_review", 2, policy, lead="bo", attendees=["anna"])
    assert "did you mean ana?" in answer.message
    decided(incident, "submit_review", 2, policy, lead="lead", attendees=["bo", "Zoltan of Acme"])


def test_an_action_item_is_somebodys_whom_the_policy_knows() -> None:
    """An owner is a person, a role or a team: work without a known owner does not get done."""
    policy = staffed(OPEN + ROLES)
    for owner in ("bo", "lead", "payments", "team:payments", "role:lead", "person:cy"):
        decided(reported(policy), "add_action_item", 1, policy, text="x", owner=owner)
    answer = refused(reported(policy), "add_action_item", 1, policy, text="x", owner="zoltan")
    assert "there are: ana, bo" in answer.message


def test_a_stranger_does_what_the_policy_gives_to_anyone_and_nothing_else() -> None:
    """Commands that the policy does not open are for its people."""
    policy = staffed(OPEN)
    decided(reported(policy), "hold", 1, policy, actor="mallory", reason="x")
    for command, fields in (("escalate", {}), ("link", {"target": "x"}), ("acknowledge", {})):
        answer = refused(reported(policy), command, 1, policy, actor="mallory", **fields)
        assert (answer.kind, answer.may) == ("NotAuthorised", ("people (ana, bo, cy, dee, eve)",))


def test_an_outsider_who_holds_a_role_or_is_offered_one_is_known() -> None:
    """People of the customer act in their own name."""
    policy = staffed(OPEN + ROLES)
    incident = done(
        reported(policy), "assign_role", after(1), policy, role="guest", person="zoltan"
    )
    decided(incident, "link", 2, policy, actor="zoltan", target="x")
    fields = {"role": "guest", "to": "mallory"}
    incident = done(incident, "hand_over", after(3), policy, actor="zoltan", **fields)
    decided(incident, "accept_handover", 4, policy, actor="mallory", role="guest")


def test_a_policy_without_people_takes_names_as_they_are_if_they_are_plain() -> None:
    """It cannot know people, but still refuses invisible characters and the engine's own words."""
    head = HEAD.partition("people:")[0] + "channels: { log: { kind: log } }\n"
    read = parse_policy(head.encode(), "nobody.yaml")
    assert read.policy is not None
    policy = compile_policy(read.policy, "0" * 64)
    for name in ("zoltan", "mallory"):
        decided(reported(policy), "acknowledge", 1, policy, actor=name)
    for name in ("zol\u200btan", "engine", "monitoring"):
        assert refused(reported(policy), "acknowledge", 1, policy, actor=name).kind == "Malformed"


def test_a_command_that_is_closed_by_default_is_for_responders() -> None:
    """That is people on the escalation, people who were paged, holders of roles, and deputies."""
    policy = staffed("roles: { lead: { deputy: cy }, scribe: { default: bo } }\n", closed=True)
    incident = reported(policy)
    for name, may in (("eve", True), ("cy", True), ("bo", True), ("ana", False), ("dee", False)):
        for command, fields in (
            ("acknowledge", {}),
            ("assign_role", {"role": "lead", "person": "dee"}),
        ):
            answer = outcome(incident, command, after(1), policy, actor=name, **fields)
            assert isinstance(answer, Decision) == may, (name, command)


@pytest.mark.parametrize(
    ("written", "may"),
    [
        ("authority: { post_update: ana }", ("ana",)),
        ("authority: { post_update: ana, slow_updates: bo }", ("bo",)),
        ("authority: { post_update: ana, slow_updates: { needs: reason } }", ("ana",)),
        ("authority: { slow_updates: { needs: reason } }", ("people",)),
    ],
)
def test_who_may_update_may_slow_updates_down(written: str, may: tuple[str, ...]) -> None:
    """That covers promises beyond the pace, unless the policy has a rule of its own for it."""
    assert rule_for(staffed(written + "\n"), "slow_updates").by == may


def test_a_rule_without_people_follows_the_same_command_as_no_rule() -> None:
    """Whoever may give a role may take it away, with the reason that its rule asks for."""
    policy = staffed("authority: { assign_role: ana, unassign_role: { needs: reason } }\n")
    rule = rule_for(policy, "unassign_role")
    assert (rule.by, rule.needs_note) == (("ana",), True)


def test_everybody_is_a_responder_if_a_level_pages_a_channel() -> None:
    """Nobody knows who reads the channel; strangers still do not count."""
    policy = staffed("", closed=True)
    assert policy.escalation is not None
    level = policy.escalation.levels[0].changed(page=("channel:log",))
    escalation = policy.escalation.changed(levels=(level,))
    policy = policy.changed(escalation=escalation)
    decided(reported(policy), "acknowledge", 1, policy, actor="dee")
    refused(reported(policy), "acknowledge", 1, policy, actor="mallory")


@pytest.mark.parametrize("name", ["an\u200ba", "engine", "monitoring", "Ana", "\uff41na"])
def test_a_report_by_somebody_who_is_not_who_they_seem_is_refused(name: str) -> None:
    """One rule serves every way in: the console, HTTP, and the start of the workflow."""
    policy = staffed("")
    report = Report(title="x", reporter=Actor(name=name, via="api"))
    answer = refusal_of_report(report, policy)
    assert isinstance(answer, Refusal)


@pytest.mark.parametrize(
    "reporter",
    [ENGINE, MONITORING, Actor(name="anna of Acme", via="api"), Actor(name="anna", via="api")],
)
def test_no_report_is_lost_because_its_reporter_is_called_much_like_somebody(
    reporter: Actor,
) -> None:
    """An outsider called anna may report, and so may monitoring and the engine."""
    assert refusal_of_report(Report(title="x", reporter=reporter), staffed("")) is None


def test_commands_take_a_person_with_the_word_person_and_keep_the_bare_name() -> None:
    """A review takes roles so, too."""
    policy = staffed(
        ROLES + "review: { required: { SEV1: always }, led_by: lead, with: lead, lessons: false }\n"
    )
    given = {"role": "lead", "person": "person:bo"}
    incident = done(reported(policy), "assign_role", after(1), policy, **given)
    assert incident.holders("lead") == ("bo",)
    offer = {"role": "lead", "to": "person:cy", "giver": "person:bo"}
    incident = done(incident, "hand_over", after(2), policy, actor="bo", **offer)
    incident = done(incident, "resolve", after(3), policy)
    review = {"lead": "role:lead", "attendees": ["person:ana", "role:lead"]}
    incident = done(incident, "submit_review", after(4), policy, **review)
    assert incident.review is not None
    assert (incident.review.lead, incident.review.attendees) == ("lead", ("ana", "lead", "bo"))
    assert incident.milestone("reviewed") is not None

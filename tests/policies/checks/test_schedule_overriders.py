"""Who may override a schedule, as a policy says it."""

from models.policy import Policy
from policies.compiling.overriding import may_override
from policies.reading.load import parse_policy
from rules.people.permission.overriding import MayOverride
from tests.policies.written import WHOLE, errors

SCHEDULE = """\
schedules: { primary: { rotation: { people: [ana, bo], hand_over: monday 09:00 } } }
"""
PEOPLE = WHOLE.replace("bo: {}", "bo: {}, cy: { teams: db }, di: {}").replace(
    "scribe: { duties: Writes }", "scribe: { duties: Writes, default: di }"
)


def may(rule: str) -> MayOverride:
    """Who may under a rule; ana is on call."""
    policy: Policy | None = parse_policy((PEOPLE + SCHEDULE + rule).encode()).policy
    assert policy is not None
    return may_override(policy, "primary", {"primary": ("ana",)})


def test_all_people_may_unless_the_policy_says_otherwise() -> None:
    """So nobody needs a change of the policy to help out."""
    assert may("").people == ("ana", "bo", "cy", "di")


def test_each_word_of_authority_has_a_meaning_without_an_incident() -> None:
    """Roles mean whoever could hold them, responders the people of the schedule."""
    meant = {
        "anyone": None,
        "nobody": (),
        "people": ("ana", "bo", "cy", "di"),
        "responders": ("ana", "bo"),
        "team:db": ("cy",),
        "on_call:primary": ("ana",),
        "role:scribe": ("di",),
        "scribe": ("di",),
        "[bo, person:cy]": ("bo", "cy"),
    }
    for word, people in meant.items():
        found = may(f"authority: {{ override_schedule: {word} }}\n")
        assert found.people == people, word


def test_a_rule_that_needs_an_incident_is_an_error() -> None:
    """No severity and no condition can hold, and nobody waits."""
    for key in ("SEV1: ana", "when: { severity=SEV1: bo }", "after: { 5m: bo }", "needs: reason"):
        rule = f"authority: {{ override_schedule: {{ by: ana, {key} }} }}\n"
        assert any("without an incident" in error for error in errors(SCHEDULE + rule)), key
    assert errors(SCHEDULE + "authority: { override_schedule: [anna] }\n")

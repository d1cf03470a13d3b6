"""Who may override a schedule, as a policy says it."""

from models.policy import Policy
from policies.compiling.overriding import may_override
from policies.reading.load import parse_policy
from rules.people.permission.overriding import MayOverride
from tests.policies.written import WHOLE, errors, warnings

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


def test_the_people_of_the_schedule_may_unless_the_policy_says_otherwise() -> None:
    """Whoever is on call may get a role: nobody else takes it by an override."""
    assert may("").people == ("ana", "bo")


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


def test_an_override_that_gives_everybody_a_role_is_a_warning() -> None:
    """Who is on call gets the role, so who may override may take it."""
    whole = WHOLE.replace("scribe: {", "scribe: { default: schedule:primary,")
    for word, warned in (("people", True), ("anyone", True), ("responders", False)):
        found = warnings(f"{SCHEDULE}authority: {{ override_schedule: {word} }}\n", whole)
        assert any("gets scribe: everybody can take it" in each for each in found) is warned, found


def test_a_rule_that_needs_an_incident_is_an_error() -> None:
    """No severity and no condition can hold, and nobody waits."""
    for key in ("SEV1: ana", "when: { severity=SEV1: bo }", "after: { 5m: bo }", "needs: reason"):
        rule = f"authority: {{ override_schedule: {{ by: ana, {key} }} }}\n"
        assert any("without an incident" in error for error in errors(SCHEDULE + rule)), key
    assert errors(SCHEDULE + "authority: { override_schedule: [anna] }\n")

"""The forms behind a link: what is possible now, granted, and allowed to its person."""

from models.answers.view import IncidentView
from models.compiled import AuthorityRule, CompiledPolicy
from models.contracts.incident import Carried
from models.incident.record import Incident
from rules.commands.view import view_of
from rules.people.permission.authority import DISPUTE
from tests.specimens import POLICY, after, an_incident, done
from web.pages.forms import Form, Given, offered

EVERYTHING = ("acknowledge", "escalate", "post_update", "set_severity", "resolve", "mitigate")
GRANTING = POLICY.changed(link_grants=EVERYTHING)


def view(incident: Incident, policy: CompiledPolicy = GRANTING) -> IncidentView:
    """The incident a few minutes after its report."""
    return view_of(Carried(incident=incident, policy=policy), after(9))


def forms(policy: CompiledPolicy = GRANTING, person: str = "ana") -> dict[str, Form]:
    """The forms of an acknowledged incident."""
    incident = done(an_incident(policy), "acknowledge", after(1), policy)
    found = {form.name: form for form in offered(view(incident, policy), person, policy)}
    found.pop(DISPUTE, None)
    return found


def test_a_link_offers_what_it_grants_and_what_is_possible() -> None:
    """Also if only steps are missing: they can be ticked off with the command."""
    found = forms()
    assert list(found) == ["escalate", "post_update", "set_severity", "resolve"]
    assert [step.id for step in found["resolve"].steps] == ["verify"]
    assert found["set_severity"].label == "Confirm SEV1"
    assert found["set_severity"].hidden == {"severity": "SEV1"}


def test_a_link_offers_nothing_that_it_does_not_grant() -> None:
    """What is granted by default is no update and no end of the incident."""
    assert list(forms(POLICY)) == ["decline", "escalate", "add_note"]


def test_a_link_offers_what_the_policy_allows_its_person() -> None:
    """If the policy is known; otherwise the incident judges what somebody sends."""
    by_bo = AuthorityRule(by=("bo",))
    strict = GRANTING.changed(authority={**GRANTING.authority, "resolve": by_bo})
    assert "resolve" not in forms(strict)
    assert "resolve" in forms(strict, "bo")
    assert "resolve" in {form.name for form in offered(view(an_incident(strict), strict), "ana")}


def test_a_confirmed_severity_is_not_confirmed_again() -> None:
    """The form goes once somebody has confirmed it."""
    incident = done(an_incident(GRANTING), "acknowledge", after(1), GRANTING)
    incident = done(incident, "set_severity", after(2), GRANTING, severity="SEV1")
    names = [form.name for form in offered(view(incident), "ana", GRANTING)]
    assert "set_severity" not in names


def test_a_refused_form_keeps_what_somebody_wrote_and_ticked() -> None:
    """With a new id, unless the same command is sent again."""
    incident = done(an_incident(GRANTING), "acknowledge", after(1), GRANTING)
    given = Given("resolve", {"note": "rolled back", "steps": "verify", "command_id": "x"})
    made = {form.name: form for form in offered(view(incident), "ana", GRANTING, given)}
    assert made["resolve"].values["steps"] == "verify"
    assert made["resolve"].command_id != "x"

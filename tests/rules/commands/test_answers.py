"""What Temporal's UI shows of an incident reads as people wrote it."""

import pytest
from markdown_it import MarkdownIt

from models.command import COMMANDS
from models.compiled import AuthorityRule
from rules.commands.answers import next_steps, result_of, status_markdown
from rules.updates.all_clocks import readings_of
from tests.specimens import POLICY, REPORT, a_diagnosed_incident, after, an_incident, done

STEERING = ("\u202e", "\x1b", "\n# ")


def test_no_text_from_outside_changes_the_status_or_the_terminal_that_shows_it() -> None:
    """A title makes no heading or link, a note no list item, and no text direction changes."""
    title = "Checkout *fails*\n# [all is well](https://evil.example)\u202e\x1b[2J <b>x</b>"
    incident = an_incident(report=REPORT.changed(title=title))
    incident = done(incident, "acknowledge", after(2), note="a\n- forged `item`")
    status = status_markdown(POLICY, incident, after(3))
    assert not any(sign in status for sign in STEERING)
    tokens = MarkdownIt().parse(status)
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"link_open", "html_inline", "em_open"}
    assert "heading_open" not in {token.type for token in tokens}
    assert "forged \\`item\\`" in status


def test_the_actor_of_each_milestone_is_shown() -> None:
    """The answer names running clocks only; a clock that was met or breached has no deadline."""
    incident = done(an_incident(), "acknowledge", after(2))
    result = result_of("acknowledge", "words", incident, POLICY, after(3))
    assert (result.command, result.summary) == ("acknowledge", "words")
    assert (result.state, result.severity, result.on_hold) == ("assessment", "SEV1", False)
    assert result.deadlines["assess"] == after(15)
    assert result.deadlines["resolve"] == after(240)
    assert "acknowledge" not in result.deadlines
    held = done(incident, "hold", after(4), reason="third_party")
    assert result_of("hold", "w", held, POLICY, after(5)).on_hold


def test_the_clocks_of_updates_are_read_with_the_others() -> None:
    """So people who look at an incident see when the next update is due."""
    names = [r.clock for r in readings_of(POLICY, an_incident(), after(1))]
    assert names[0] == "acknowledge"
    assert names[-1] == "update:stakeholders"


def test_next_steps_say_what_is_missing_and_who_may() -> None:
    """It lists each trigger that is possible from here, in the order of the lifecycle."""
    incident = done(an_incident(), "acknowledge", after(2))
    steps = {step.name: step for step in next_steps(POLICY, incident, after(3))}
    assert list(steps) == ["begin_diagnosis", "resolve", "cancel"]
    assert not steps["begin_diagnosis"].allowed
    assert steps["begin_diagnosis"].missing[0] == "severity SEV1 is not confirmed: set_severity"
    assert steps["begin_diagnosis"].says == COMMANDS["begin_diagnosis"].says
    assert (steps["cancel"].allowed, steps["cancel"].missing) == (True, ())
    review = done(an_incident(), "resolve", after(3), steps=["verify"])
    [close] = [step for step in next_steps(POLICY, review, after(4)) if step.name == "close"]
    assert close.may == ("incident_manager (nobody yet: assign_role)",)


@pytest.mark.parametrize(
    ("at", "line"),
    [
        (3, "- acknowledge: met after 2 min"),
        (3, "- assess: on_track, due 2026-03-27 17:05:00 UTC"),
        (20, "- assess: breached by 5 min"),
        (3, "State **assessment**. Roles: incident_manager: ana."),
        (3, "- `cancel`"),
        (3, "Next:"),
        (3, "- 16:52:00 ana takes incident_manager by acknowledging"),
    ],
)
def test_the_status_says_how_the_clocks_stand(at: float, line: str) -> None:
    """It says when each is due, after how long it was met, or by how much it was breached."""
    incident = done(an_incident(), "acknowledge", after(2))
    assert line in status_markdown(POLICY, incident, after(at)).splitlines()


def test_the_status_says_of_a_clock_that_stands_still_after_how_long() -> None:
    """An hour of the resolve clock had passed when the hold began."""
    held = done(a_diagnosed_incident(), "hold", after(60), reason="third_party")
    status = status_markdown(POLICY, held, after(90)).splitlines()
    assert "- resolve: paused after 1 h" in status


def test_the_status_says_what_stands_still_what_waits_and_what_fires() -> None:
    """It names the hold's reason, and offers and requests with who waits for whom."""
    held = done(an_incident(), "hold", after(1), reason="third_party")
    assert "**on hold**: third_party. Roles: nobody yet." in status_markdown(POLICY, held, after(2))
    led = done(
        an_incident(), "assign_role", after(1), role="technical_team", person="bo", actor="bo"
    )
    offer = done(led, "hand_over", after(2), role="technical_team", to="cy", actor="bo")
    assert "Waiting: technical_team is offered to cy by bo" in status_markdown(
        POLICY, offer, after(3)
    )
    firing = status_markdown(POLICY, held.changed(truncated_alerts=3), after(3)).splitlines()
    assert "Still firing: 3 that the sender left out" in firing
    assert firing[0] == "**SEV1 Checkout fails**"


def test_the_status_says_what_is_missing_for_the_next_step() -> None:
    """It leaves out what can be done at once."""
    incident = done(an_incident(), "acknowledge", after(2))
    steps = [s for s in status_markdown(POLICY, incident, after(3)).splitlines() if "`" in s]
    assert any(
        s.startswith("- `begin_diagnosis` — missing: severity SEV1 is not confirmed") for s in steps
    )


def test_the_status_names_those_who_may_as_things_are_known_now() -> None:
    """A condition of the rule may have become true a moment ago."""
    rule = AuthorityRule(by=("bo",), when=(("flag vip", ("ana",)),))
    policy = POLICY.changed(authority={"cancel": rule}, attributes={"vip": ("yes", "no")})
    incident = done(an_incident(policy), "set_attribute", after(2), policy, attribute="vip")

    def may(at: float) -> tuple[str, ...]:
        return {s.name: s.may for s in next_steps(policy, incident, after(at))}["cancel"]

    assert (may(1), may(3)) == (("bo",), ("ana",))


def test_the_status_of_a_finished_incident_offers_nothing_and_stays_short() -> None:
    """It shows the newest five lines."""
    over = done(an_incident(), "cancel", after(1), reason="false_alarm")
    status = status_markdown(POLICY, over, after(2))
    assert "Next:" not in status
    long = an_incident()
    for number in range(7):
        long = done(long, "add_lesson", after(number), text=f"number {number} " + "x" * 3900)
    shown = status_markdown(POLICY, long, after(9))
    assert [n for n in range(7) if f"lesson: number {n}" in shown] == [2, 3, 4, 5, 6]
    audiences = tuple(POLICY.audiences[0].changed(name=f"{n}" * 99) for n in range(200))
    policy = POLICY.changed(audiences=audiences)
    assert len(status_markdown(policy, long, after(9))) == 15000


def test_the_status_says_by_which_proof_somebody_acted_unless_it_is_a_claim() -> None:
    """A link, a token or a login is worth a word; who only says a name is named by the line."""
    incident = done(an_incident(), "acknowledge", after(2), via="web", proof="link")
    incident = done(incident, "add_lesson", after(3), text="test it")
    incident = done(incident, "add_note", after(4), text="disk full", via="api", proof="token")
    latest = status_markdown(POLICY, incident, after(5)).splitlines()
    assert "- 16:54:00 note: disk full — ana (api, token)" in latest
    assert "- 16:53:00 lesson: test it" in latest
    assert [line.endswith(" — ana (web, link)") for line in latest if "acknowledge by" in line]

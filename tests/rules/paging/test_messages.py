"""What a message contains; an audience reads only what the policy allows it to see."""

from datetime import timedelta

from models.alert import Alert, AlertLink, AlertRecord, AlertStatus
from models.compiled import Audience
from models.incident.record import Incident
from models.messages.message import DeliveryFailure, Message, MessageKind
from rules.paging.messages import ALL_FACTS, facts_for, failed_channels_words, message
from tests.specimens import POLICY, REPORT, after, an_incident, done

STAKEHOLDERS = POLICY.audiences[0]


def said(
    incident: Incident,
    minute: float = 0,
    audience: Audience | None = None,
    reason: str = "reported",
    kind: MessageKind = MessageKind.NOTIFICATION,
) -> Message:
    """A message, for any recipient."""
    return message(
        kind,
        incident,
        POLICY,
        after(minute),
        reason=reason,
        text="It was reported",
        recipient="stakeholders",
        audience=audience,
    )


def an_alert(name: str, summary: str = "") -> AlertRecord:
    """An alert that fires."""
    alert = Alert(
        fingerprint=name,
        name=name,
        status=AlertStatus.FIRING,
        summary=summary,
        started_at=after(0),
    )
    return AlertRecord(alert=alert, first_seen_at=after(0), last_seen_at=after(0))


def test_only_a_message_to_a_person_can_be_answered_by_a_link() -> None:
    """For a week. Nothing in its words says so, and a message without it is stored as before."""
    assert said(an_incident()).respond_until is None
    assert "respond_until" not in said(an_incident()).model_dump(mode="json")
    sent = message(
        MessageKind.PAGE,
        an_incident(),
        POLICY,
        after(3),
        reason="new incident",
        text="Checkout fails",
        recipient="ana",
        to_a_person=True,
    )
    assert sent.respond_until == after(3) + timedelta(days=7)
    without = sent.changed(respond_until=None)
    assert (sent.subject, sent.body, sent.facts) == (without.subject, without.body, without.facts)
    assert "2026-04-03" not in f"{sent.subject} {sent.body}"


def test_a_page_carries_every_fact_that_is_known() -> None:
    """It has the limits of running clocks too; an unknown fact has no line."""
    incident = an_incident().changed(
        alerts={"a": an_alert("cpu", "CPU is hot"), "b": an_alert("disk")}
    )
    sent = said(done(incident, "acknowledge", after(2)), 3)
    assert (sent.kind, sent.incident_id) == (MessageKind.NOTIFICATION, "INC-260327-TEST")
    assert (sent.recipient, sent.reason, sent.severity) == ("stakeholders", "reported", "SEV1")
    assert (sent.key, sent.subject) == ("", "[INC-260327-TEST] SEV1 Checkout fails — reported")
    assert sent.facts == {
        "state": "assessment",
        "severity": "SEV1",
        "service": "checkout",
        "impact": "Customers cannot pay",
        "alerts": "CPU is hot; disk",
        "deadlines": ("assess by 2026-03-27 17:05:00 UTC; resolve by 2026-03-27 20:50:00 UTC"),
    }
    assert sent.body.split("\n")[:4] == [
        "It was reported",
        "",
        "state: assessment",
        "severity: SEV1",
    ]
    bare = REPORT.changed(service=None, nature="")
    facts = facts_for(an_incident(POLICY, bare), POLICY, after(0), None)
    assert facts["impact"] == "checkout"
    assert "service" not in facts
    assert "alerts" not in facts


def test_a_page_has_the_links_of_the_alerts_that_fire() -> None:
    """A runbook, and the first of the others; no other message has them, and none is cut."""
    many = tuple(AlertLink(name=f"d{n}", url=f"https://g.example.org/{n}") for n in range(5))
    long = AlertLink(name="long", url="https://g.example.org/" + "x" * 600)
    fires = an_alert("cpu")
    alert = fires.alert.changed(runbook_url="https://w.example.org/r", links=(long, *many[:4]))
    over = fires.changed(alert=alert.changed(status=AlertStatus.RESOLVED))
    incident = an_incident().changed(alerts={"a": fires.changed(alert=alert)})
    page = said(incident, kind=MessageKind.PAGE)
    assert page.facts["runbook"] == "https://w.example.org/r"
    assert page.facts["links"] == "\n".join(f"d{n}: https://g.example.org/{n}" for n in range(3))
    assert "\nrunbook: https://w.example.org/r\nlinks: d0: https" in page.body
    assert not {"runbook", "links"} & said(incident).facts.keys()
    assert not {"runbook", "links"} & said(incident, audience=STAKEHOLDERS).facts.keys()
    ended = an_incident().changed(alerts={"a": over})
    assert not {"runbook", "links"} & said(ended, kind=MessageKind.PAGE).facts.keys()


def test_an_audience_reads_only_what_the_policy_lets_it_see() -> None:
    """This holds for facts and heading; an audience without restriction sees all of them."""
    narrow = STAKEHOLDERS.changed(sees=("state", "next_update"))
    sent = said(an_incident(), audience=narrow)
    assert sent.facts == {"state": "reported", "next_update": "by 2026-03-27 17:20:00 UTC"}
    assert sent.body == (
        "It was reported\n\nstate: reported\nnext update: by 2026-03-27 17:20:00 UTC"
    )
    assert (sent.subject, sent.severity) == ("[INC-260327-TEST] Checkout fails — reported", "")
    assert "SEV1" not in sent.model_dump_json()
    every = said(an_incident(), audience=STAKEHOLDERS).facts
    assert set(every) == set(ALL_FACTS) - {"alerts"}


def test_an_audience_without_promised_updates_reads_of_none() -> None:
    """The executives only hear of changes, and a page has no audience."""
    for audience in (POLICY.audiences[1], None):
        assert "next_update" not in facts_for(an_incident(), POLICY, after(0), audience)


def test_a_message_stays_short_whatever_was_reported() -> None:
    """A fact has at most 1000 characters, a subject 250."""
    long = REPORT.changed(nature="n" * 3000, title="t" * 300)
    sent = said(an_incident(POLICY, long))
    assert len(sent.facts["impact"]) == 1000
    assert len(sent.subject) == 250


def test_a_detour_names_each_channel_that_failed_and_why() -> None:
    """If nothing failed, it is empty."""
    failures = [
        DeliveryFailure(key="k", channel=name, error=error, permanent=True)
        for name, error in (("sms", "no number"), ("mail", "refused"))
    ]
    assert failed_channels_words(failures) == "; not by sms: no number; not by mail: refused"
    assert failed_channels_words(()) == ""

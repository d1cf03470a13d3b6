"""The incident report: what it tells, and that no text from outside changes its shape."""

from markdown_it import MarkdownIt

from models.alert import Alert, AlertRecord, AlertStatus
from models.base import Actor
from models.incident.record import Incident, Report, TimelineSegment
from models.time.clock import FiredThreshold
from rules.clocks.clocks import read_clocks
from rules.incident_reports.document import incident_report_markdown
from tests.specimens import POLICY, REPORT, a_diagnosed_incident, after, an_incident, done

EVIL = "x | y\n# Heading\n```\n<b>bold</b> [link](http://evil) *star* _under_ &lt; ![i](u)\n- item"


def rendered(incident: Incident, minute: float) -> str:
    """The report of `incident` so many minutes after the start."""
    now = after(minute)
    return incident_report_markdown(incident, POLICY, read_clocks(POLICY, incident, now), now)


def rows(report: str, title: str) -> list[list[str]]:
    """The cells of the first table of a section, as a reader sees them."""
    tokens = MarkdownIt().enable("table").parse(report)
    found: list[list[str]] = []
    inside = False
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in {"h1", "h2"}:
            if inside:
                break
            inside = tokens[place + 1].content == title
        elif inside and token.type == "tr_open":
            found.append([])
        elif inside and found and token.type == "inline":
            found[-1].append(token.content)
    return found[1:]


def headings(report: str) -> list[str]:
    """The headings, as a reader sees them."""
    tokens = MarkdownIt().enable("table").parse(report)
    return [
        tokens[place + 1].content
        for place, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def a_reviewed_incident() -> Incident:
    """Resolved at 200 minutes, after a hold, and reviewed."""
    incident = done(a_diagnosed_incident(), "hold", after(50), reason="third_party")
    incident = done(incident, "resume", after(80))
    incident = done(incident, "post_update", after(90), text="Half of it works\nagain")
    incident = done(incident, "mitigate", after(120), happened_at=after(110))
    incident = done(incident, "complete_step", after(190), step="verify", note="paid twice")
    incident = done(incident, "resolve", after(200))
    incident = done(incident, "link", after(210), target="CHG-7", relation="caused_by")
    incident = done(incident, "add_lesson", after(220), text="Test the fallback")
    incident = done(
        incident, "add_action_item", after(230), text="Add a probe", owner="bo", due_at=after(9000)
    )
    return done(
        incident,
        "submit_review",
        after(300),
        lead="ana",
        attendees=("bo", "cy"),
        aspects={"cause": "A bad index", "response": "Quick\nand calm"},
        documents={"slides": "https://docs.example.com/1"},
    )


def test_the_report_has_every_section() -> None:
    """A reader finds every part of the story, in the usual order of questions."""
    assert headings(rendered(a_reviewed_incident(), 301)) == [
        "Incident report: INC-260327-TEST — Checkout fails",
        "What happened",
        "Affected systems",
        "Severity",
        "Roles",
        "Alerts",
        "Milestones",
        "Clocks",
        "Thresholds that fired",
        "Steps",
        "Status updates sent",
        "Holds",
        "Review",
        "cause",
        "response",
        "Lessons learned",
        "Action items",
        "Documents",
        "Links",
        "Timeline",
    ]


def test_the_header_tells_severity_state_and_durations() -> None:
    """The first table answers how bad, where it stands, and how long everything took."""
    report = rendered(a_reviewed_incident(), 301)
    facts = dict(rows(report, "Incident report: INC-260327-TEST — Checkout fails"))
    assert "Attributes" not in facts
    assert facts["State"] == "review"
    assert facts["Severity"] == "SEV1 (confirmed)"
    assert facts["Highest severity"] == "SEV1"
    assert facts["Time to acknowledge"] == "2 min"
    assert facts["Time to mitigate"] == "1 h 50 min"
    assert facts["Time to resolve"] == "3 h 20 min"
    assert facts["Time on hold"] == "30 min"
    assert "Time to close" not in facts


def test_the_highest_severity_ever_held_is_kept() -> None:
    """An incident that was lowered still shows how bad it was."""
    incident = done(a_diagnosed_incident(), "set_severity", after(45), severity="SEV2", note="less")
    facts = dict(rows(rendered(incident, 46), "Incident report: INC-260327-TEST — Checkout fails"))
    assert (facts["Severity"], facts["Highest severity"]) == ("SEV2 (confirmed)", "SEV1")
    changes = rows(rendered(incident, 46), "Severity")
    assert [change[0] for change in changes] == ["SEV1", "SEV1", "SEV2"]


def test_backdated_milestones_show_when_they_were_recorded() -> None:
    """A milestone that was told late shows both instants and the difference."""
    told = {row[0]: row for row in rows(rendered(a_reviewed_incident(), 301), "Milestones")}
    assert told["mitigated"][1:3] == ["2026-03-27 18:40:00", "2026-03-27 18:50:00"]
    assert told["mitigated"][4] == "backdated by 10 min"
    assert told["acknowledged"][4] == ""


def test_milestones_that_stopped_being_true_say_so() -> None:
    """A failed fix leaves the diagnosis on the record, marked."""
    incident = done(a_diagnosed_incident(), "return_to_diagnosis", after(60))
    told = {row[0]: row for row in rows(rendered(incident, 61), "Milestones")}
    assert told["diagnosed"][4] == "no longer true from 2026-03-27 17:50:00"


def test_clocks_tell_their_outcome_and_by_how_much() -> None:
    """Each clock says by how much it was met or breached, without holds that pause it."""
    clocks = {row[0]: row for row in rows(rendered(a_reviewed_incident(), 301), "Clocks")}
    assert clocks["acknowledge"][2] == "met, 3 min to spare"
    assert clocks["resolve"][2] == "met, 1 h 10 min to spare"
    assert clocks["repair"][2] == "breached by 1 h 40 min"
    assert clocks["resolve"][4] == "2 h 50 min"


def test_running_and_breached_clocks_are_told_apart() -> None:
    """A clock that still runs says how long it has; one beyond its limit, how late it is."""
    clocks = {row[0]: row[2] for row in rows(rendered(an_incident(), 6), "Clocks")}
    assert clocks["acknowledge"] == "breached by 1 min, running"
    assert clocks["assess"] == "running, 9 min left"
    held = done(a_diagnosed_incident(), "hold", after(50), reason="third_party")
    assert {row[0]: row[2] for row in rows(rendered(held, 70), "Clocks")}["resolve"] == (
        "paused, 3 h 10 min left"
    )


def test_a_cancelled_clock_is_neither_met_nor_breached() -> None:
    """A clock whose stop can no longer come says so."""
    incident = done(an_incident(), "cancel", after(1), reason="false_alarm")
    clocks = {row[0]: row[2] for row in rows(rendered(incident, 2), "Clocks")}
    assert clocks["resolve"] == "cancelled: its stop can no longer come"


def test_thresholds_show_how_late_they_fired() -> None:
    """A late threshold shows how late it is; one that a correction took back is marked."""
    fired = FiredThreshold(
        clock="acknowledge",
        run=1,
        threshold="50%",
        fraction=0.5,
        due_at=after(2.5),
        fired_at=after(7.5),
        superseded=True,
    )
    prompt = fired.changed(threshold="100%", due_at=after(5), fired_at=after(5), superseded=False)
    incident = an_incident().changed(fired=(fired, prompt))
    told = rows(rendered(incident, 10), "Thresholds that fired")
    assert [row[5:] for row in told] == [
        ["on time", ""],
        ["5 min", "taken back by a correction"],
    ]


def test_steps_show_who_did_them_and_what_is_missing() -> None:
    """Every step of the policy is listed, done or not; a step of an older policy too."""
    incident = a_reviewed_incident()
    extra = incident.steps[0].changed(step="old_step")
    incident = incident.changed(steps=(*incident.steps, extra))
    steps = {row[0]: row for row in rows(rendered(incident, 301), "Steps")}
    assert steps["verify"][5:] == ["2026-03-27 20:00:00", "ana (console)", "paid twice"]
    assert steps["tidy"][5] == "not done"
    assert "old_step" in {name.replace("\\", "") for name in steps}


def test_the_aftermath_is_told() -> None:
    """Review, lessons, action items, documents and links are all there."""
    report = rendered(a_reviewed_incident(), 301)
    assert "Led by: ana" in report
    assert "Attended by: bo, cy" in report
    assert "> Quick  \n> and calm" in report
    assert "Test the fallback — ana (console)" in report
    assert rows(report, "Action items")[0][1:5] == [
        "Add a probe",
        "bo",
        "2026-04-02 22:50:00",
        "medium",
    ]
    assert rows(report, "Documents")[0][:2] == ["slides", "https://docs.example.com/1"]
    assert rows(report, "Holds")[0] == [
        "third_party",
        "2026-03-27 17:40:00",
        "2026-03-27 18:10:00",
        "30 min",
    ]
    assert "caused_by: CHG-7" in report
    assert "> Half of it works  \n> again" in report


def test_alerts_are_told_with_those_left_out() -> None:
    """Alerts show when they fired and how often; truncated ones are counted."""
    alert = Alert(
        fingerprint="f",
        name="HighErrors",
        status=AlertStatus.FIRING,
        summary="5 % | errors",
        started_at=after(-1),
    )
    record = AlertRecord(alert=alert, first_seen_at=after(0), last_seen_at=after(9), times_seen=4)
    incident = an_incident().changed(alerts={"f": record}, truncated_alerts=2)
    report = rendered(incident, 10)
    row = rows(report, "Alerts")[0]
    assert (row[0], row[1], row[7]) == ("HighErrors", "firing", "4")
    assert "The sender left out 2 further alerts" in report


def test_the_timeline_has_both_happened_and_recorded() -> None:
    """Each line says who, what and when; a late line also says when it was recorded."""
    told = rows(rendered(a_reviewed_incident(), 301), "Timeline")
    seqs = [int(row[0]) for row in told]
    assert sorted(seqs) == list(range(1, len(told) + 1))
    instants = [row[1] for row in told]
    assert instants == sorted(instants)
    mitigated = next(row for row in told if "mitigated" in row[4])
    assert mitigated[2] == "2026-03-27 18:50:00 (10 min later)"
    assert mitigated[3] == "ana (console)"


def test_archived_entries_are_named_with_their_place() -> None:
    """The report names an archived segment and its hash."""
    segment = TimelineSegment(uri="file:///x/1-9.json", sha256="ab", first_seq=1, last_seq=9)
    incident = an_incident().changed(segments=(segment,))
    assert "Entries 1 to 9 are kept in file:///x/1-9.json (SHA-256 `ab`)." in rendered(incident, 1)


def test_an_empty_record_says_what_was_not_recorded() -> None:
    """The report says what is missing, instead of leaving it out."""
    report = rendered(an_incident(), 1)
    assert report.count("None recorded.") >= 8


def test_the_report_is_the_same_for_the_same_record() -> None:
    """Only the record, the policy and the instant decide what the report says."""
    assert rendered(a_reviewed_incident(), 301) == rendered(a_reviewed_incident(), 301)


def test_no_text_from_outside_changes_the_shape() -> None:
    """Markdown and HTML in titles, names, updates and lessons read as they were written."""
    evil_actor = Actor(name=EVIL, via="api")
    report = Report.model_validate(
        {
            **REPORT.model_dump(),
            "title": EVIL,
            "nature": EVIL,
            "service": EVIL,
            "affected_systems": (EVIL,),
            "reporter": evil_actor,
            "group_id": EVIL,
        }
    )
    incident = an_incident(report=report)
    incident = done(incident, "acknowledge", after(1), note=EVIL)
    incident = done(incident, "post_update", after(2), text=EVIL)
    incident = done(incident, "link", after(3), target=EVIL, relation=EVIL)
    good = done(an_incident(), "acknowledge", after(1), note="x")
    good = done(good, "post_update", after(2), text="x")
    good = done(good, "link", after(3), target="x", relation="x")
    shaped = rendered(incident, 4)
    assert headings(shaped)[1:] == headings(rendered(good, 4))[1:]
    kinds = {token.type for token in MarkdownIt().enable("table").parse(shaped)}
    assert not kinds & {"html_block", "fence", "code_block"}
    inline = [
        child.type
        for token in MarkdownIt().enable("table").parse(shaped)
        for child in token.children or ()
    ]
    assert not set(inline) & {"link_open", "html_inline", "image", "em_open"}
    assert {len(row) for row in rows(shaped, "Timeline")} == {6}


def test_the_report_says_by_which_proof_somebody_acted_and_who_disputes_it() -> None:
    """The disputed acknowledgement stays, with who says that it was not given."""
    incident = done(an_incident(), "acknowledge", after(2), via="web", proof="link")
    incident = done(incident, "dispute_acknowledgement", after(9))
    (row,) = (row for row in rows(rendered(incident, 10), "Milestones") if row[0] == "acknowledged")
    assert row[3:] == ["ana (web, link)", "disputed by ana (console) at 2026-03-27 16:59:00"]

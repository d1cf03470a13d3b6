"""What is known of an incident, in one line."""

from models.base import ENGINE
from rules.clocks.clocks import read_clocks
from rules.clocks.conditions import attribute_words
from rules.incident_reports.document import incident_report_markdown
from tests.rules.rated import rated, reported
from tests.specimens import POLICY, REPORT, after, an_incident, done

ANY = POLICY.changed(attributes={"impact": (), "region": ()})


def test_attributes_are_said_with_the_value_that_they_have_at_an_instant() -> None:
    """The report's value counts until a newer one, and a later value only from its time."""
    report = REPORT.changed(attributes={"impact": "team"})
    incident = an_incident(ANY, report)
    incident = done(incident, "set_attribute", after(9), ANY, attribute="impact", value="all")
    incident = done(incident, "set_attribute", after(9), ANY, attribute="region", value="north")
    assert attribute_words(incident, after(8)) == "impact=team"
    assert attribute_words(incident, after(9)) == "impact=all, region=north"
    assert attribute_words(an_incident(), after(9)) == ""
    text = incident_report_markdown(incident, ANY, read_clocks(ANY, incident, after(9)), after(9))
    assert "| Attributes | impact=all, region=north |" in text


def test_the_last_of_two_values_at_one_instant_counts() -> None:
    """Two commands within one task have the same time."""
    incident = an_incident(ANY)
    for value in ("one", "team", "all"):
        incident = done(incident, "set_attribute", after(9), ANY, attribute="impact", value=value)
    assert attribute_words(incident, after(9)) == "impact=all"


ODD = rated(
    """\
  from:
    impact:
      values: [low, high]
      from: { users: [few, many], function: [minor, core] }
      matrix: [[low, high], [high, low]]
    urgency: [low, high]
    matrix: [[P4, P3], [P2, P1]]
"""
)


def test_an_uncertain_consequence_is_not_recorded() -> None:
    """Either of the two values would be a guess."""
    incident = reported(ODD, attributes={"users": "few"})
    assert incident.attributes == ()
    incident = done(incident, "set_attribute", after(1), ODD, attribute="function", value="minor")
    change = incident.attributes[-1]
    assert (change.name, change.value, change.actor) == ("impact", "low", ENGINE)
    told = [e.summary for e in incident.timeline if e.kind == "attribute.set"]
    assert told == ["function is minor", "impact is low, by users and function"]


def test_the_consequence_of_a_late_fact_counts_from_now() -> None:
    """An earlier conclusion without that fact gives way."""
    incident = reported(ODD, attributes={"users": "few", "function": "minor"})
    incident = done(incident, "set_attribute", after(10), ODD, attribute="users", value="many")
    late = {"attribute": "function", "value": "core", "happened_at": after(5), "note": "n"}
    incident = done(incident, "set_attribute", after(20), ODD, **late)
    assert attribute_words(incident, after(20)) == "users=many, function=core, impact=low"
    assert [c.at for c in incident.attributes] == [
        incident.reported_at,
        after(10),
        after(10),
        after(5),
        after(10),
    ]


def test_only_the_statement_is_recorded_if_nothing_follows() -> None:
    """It has its own time, and data for people who read the timeline."""
    incident = reported(ODD)
    said = {"attribute": "urgency", "value": "low", "happened_at": after(2)}
    incident = done(incident, "set_attribute", after(5), ODD, **said)
    assert [(c.name, c.value, c.at) for c in incident.attributes] == [("urgency", "low", after(2))]
    line = next(e for e in incident.timeline if e.kind == "attribute.set")
    assert (line.happened_at, line.recorded_at) == (after(2), after(5))
    assert line.data == {"attribute": "urgency", "value": "low"}


def test_a_consequence_counts_from_the_instant_of_its_facts() -> None:
    """Other facts that came later do not matter."""
    incident = reported(ODD, attributes={"users": "few"})
    incident = done(incident, "set_attribute", after(10), ODD, attribute="urgency", value="low")
    late = {"attribute": "function", "value": "core", "happened_at": after(5), "note": "n"}
    incident = done(incident, "set_attribute", after(20), ODD, **late)
    change = incident.attributes[-1]
    assert (change.name, change.value, change.at) == ("impact", "high", after(5))

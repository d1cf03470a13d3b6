"""What is known of an incident, as it is said in a line."""

from rules.clocks import read_clocks
from rules.conditions import attribute_words
from rules.report import report_markdown
from tests.specimens import POLICY, REPORT, after, an_incident, done

ANY = POLICY.model_copy(update={"attributes": {"impact": (), "region": ()}})


def test_attributes_are_said_with_the_value_that_they_have_at_an_instant() -> None:
    """What the report said counts until something newer; a later value not before it came."""
    report = REPORT.model_copy(update={"attributes": {"impact": "team"}})
    incident = an_incident(ANY, report)
    incident = done(incident, "set_attribute", after(9), ANY, attribute="impact", value="all")
    incident = done(incident, "set_attribute", after(9), ANY, attribute="region", value="north")
    assert attribute_words(incident, after(8)) == "impact=team"
    assert attribute_words(incident, after(9)) == "impact=all, region=north"
    assert attribute_words(an_incident(), after(9)) == ""
    text = report_markdown(incident, ANY, read_clocks(ANY, incident, after(9)), after(9))
    assert "| Attributes | impact=all, region=north |" in text

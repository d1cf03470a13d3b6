"""Each form that works in one place works in all places."""

import pytest

from models.policy import Policy
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from tests.policies.written import WHOLE, changed, errors, warnings

UPDATES = (
    "communication: {{ lead: lead, audiences: {{ all: {{ channels: log }} }},"
    " updates: {{ all: {} }} }}\n"
)
BY_SEVERITY = {
    "roles.required": changed("required: { SEV1: 0s }", "required: { <>: 0s }"),
    "clocks.within": changed("within: { SEV1: 5m, SEV2: 1h }", "within: { <>: 5m }"),
    "communication.updates": WHOLE + UPDATES.format("{ <>: 30m }"),
    "review.required": WHOLE + "review: { led_by: lead, required: { <>: always } }\n",
    "reporting.who_at": WHOLE + "reporting: { who_at: { <>: people } }\n",
    "authority": WHOLE + "authority: { close: { by: lead, <>: ana } }\n",
    "severity_rules.raise": WHOLE + "severity_rules: { raise: { by: lead, <>: ana } }\n",
    "severity_rules.lower": WHOLE + "severity_rules: { lower: { by: lead, <>: ana } }\n",
}
AS_VALUES = {
    "roles.required_in": changed("duties: Writes", "duties: Writes, required_in: { review: <> }"),
    "approvals.severities": WHOLE + "approvals: { close: { by: [ana, bo], severities: <> } }\n",
    "escalations.severity": changed(
        "default: [", "default: [{ severity: <>, when: service=till, follow: none }, "
    )
    + "services: { till: {} }\n",
}
SEVERITIES = ("SEV1", "any", "major", '"SEV1, SEV2"', '"SEV2 ,SEV1"')


def _policy(text: str) -> Policy:
    read = parse_policy(text.encode(), "test.yaml")
    assert read.policy is not None, [str(problem) for problem in read.problems]
    return read.policy


@pytest.mark.parametrize("form", SEVERITIES)
@pytest.mark.parametrize("place", BY_SEVERITY | AS_VALUES)
def test_severities_may_be_named_in_every_form_everywhere(place: str, form: str) -> None:
    """One, several in one, every major one, and any."""
    text = (BY_SEVERITY | AS_VALUES)[place].replace("<>", form)
    text = text.replace("SEV1: { means: bad }", "SEV1: { means: bad, major: true }")
    assert errors("", to=text) == []
    compile_policy(_policy(text), "0" * 64)


@pytest.mark.parametrize("form", ["[SEV1, SEV2]", '["SEV1, SEV2"]', "[SEV1, any]", "[major]"])
@pytest.mark.parametrize("place", AS_VALUES)
def test_severities_as_values_may_be_lists(place: str, form: str) -> None:
    """Brackets may be left out."""
    assert errors("", to=AS_VALUES[place].replace("<>", form)) == []


@pytest.mark.parametrize("form", ["{ any: always }", "{ major: always, any: never }", "always"])
def test_a_review_that_is_decided_for_all_is_decided_for_each(form: str) -> None:
    """Without a severity it is undecided."""
    text = WHOLE.replace("SEV1: { means: bad }", "SEV1: { means: bad, major: true }")
    text += f"review: {{ led_by: lead, required: {form} }}\n"
    assert [w for w in warnings("", to=text) if "not decided" in w] == []
    required = compile_policy(_policy(text), "0" * 64).review.required
    assert required["SEV1"] == "always"
    assert required["SEV2"] == ("never" if "never" in form else "always")


@pytest.mark.parametrize("place", BY_SEVERITY | AS_VALUES)
def test_a_misspelt_severity_gets_a_suggestion(place: str) -> None:
    """This holds in every place."""
    text = (BY_SEVERITY | AS_VALUES)[place].replace("<>", "Sev-1")
    (found,) = errors("", to=text)
    assert found.endswith(" Sev-1; did you mean SEV1?")


NAMES = {
    "page": changed("page: bo", "page: <>"),
    "round_robin": changed("page: bo", "round_robin: <>"),
    "rotation": WHOLE + "schedules: { s: { rotation: { people: <>, hand_over: daily 09:00 } } }\n",
    "authority": WHOLE + "authority: { close: <> }\n",
    "authority.by": WHOLE + "authority: { close: { by: <> } }\n",
    "authority.when": WHOLE + "authority: { close: { when: { flag x: <> } } }\nflags: x\n",
    "authority.after": WHOLE + "authority: { close: { by: lead, after: { 1h: <> } } }\n",
    "approvals": WHOLE + "approvals: { close: <> }\n",
    "approvals.backups": WHOLE
    + "approvals: { close: { by: [ana, bo], within: 1h, backups: [<>] } }\n",
    "reporting.who": WHOLE + "reporting: { who: <> }\n",
    "reporting.who_at": WHOLE + "reporting: { who_at: { SEV1: <> } }\n",
    "review.with": WHOLE + "review: { with: <> }\n",
}
PEOPLE = ("ana", "[ana]", "[ana, bo]", '"ana, bo"', '"ana,bo"', '["ana, bo"]')


@pytest.mark.parametrize("form", PEOPLE)
@pytest.mark.parametrize("place", NAMES)
def test_people_are_one_name_or_a_list_with_brackets_or_without(place: str, form: str) -> None:
    """This holds in every place that takes several."""
    if place == "approvals" and form == "ana":
        return
    assert errors("", to=NAMES[place].replace("<>", form)) == []


@pytest.mark.parametrize("place", NAMES)
def test_a_misspelt_person_gets_a_suggestion(place: str) -> None:
    """A capital or a letter too many is a slip."""
    for word, meant in (("Ana", "ana"), ("boo", "bo")):
        found = errors("", to=NAMES[place].replace("<>", word))
        assert found
        assert found[0].endswith(f" {word}; did you mean {meant}?")


ALONE = {
    "a level": changed(
        "[{ page: ana, wait: 5m }, { page: bo, wait: 5m }, { repeat: 1 }]",
        "{ page: ana, wait: 5m }",
    ),
    "a step": WHOLE + "steps: { diagnosis: { do: Look, by: lead } }\n",
    "hours of a calendar": WHOLE + "calendars: { c: { opens: { days: mon-fri } } }\n",
    "an override": WHOLE
    + "schedules: { s: { rotation: { people: ana, hand_over: daily 09:00 },"
    + " overrides: { who: bo, from: 2026-01-05, to: 2026-01-06 } } }\n",
    "a gap": WHOLE
    + "schedules: { s: { rotation: { people: ana, hand_over: daily 09:00 },"
    + " gaps: { days: sun } } }\n",
    "an alert that is ignored": WHOLE + "alerts: { ignore: { severity: none } }\n",
    "days": WHOLE + 'calendars: { c: { days: "Monday - Wednesday, fri" } }\n',
    "hours": WHOLE + 'calendars: { c: { hours: "09:00-12:00, 13:00-17:00" } }\n',
    "holidays": WHOLE + 'calendars: { c: { holidays: "GB-ENG, 2026-12-24" } }\n',
}


@pytest.mark.parametrize("text", ALONE.values(), ids=ALONE)
def test_a_list_takes_one_value_or_several_on_a_line(text: str) -> None:
    """It does not matter what it is a list of."""
    assert errors("", to=text) == []


def test_a_problem_of_a_single_value_has_the_place_of_that_value() -> None:
    """The value ends up as the first of a list, but its place names no list."""
    text = WHOLE + "steps: { diagnosis: { do: Look, by: leed } }\n"
    (found,) = errors("", to=text)
    assert found == "test.yaml:17:37: error: there is no role or person leed; did you mean lead?"


DURATIONS = {
    "wait": WHOLE.replace("wait: 5m", "wait: <>", 1),
    "within": changed("SEV1: 5m", "SEV1: <>"),
    "within of all": changed("within: { SEV1: 5m, SEV2: 1h }", "within: <>"),
    "a calendar's": changed("SEV1: 5m", "SEV1: <> office") + "calendars: { office: 24x7 }\n",
    "best effort": changed("SEV1: 5m", "SEV1: best effort <>"),
    "before a date": changed("SEV1: 5m", "SEV1: <> before due") + "dates: due\n",
    "softer": changed("within: { SEV1: 5m, SEV2: 1h }", "within: { should: <>, must: 2d }"),
    "no later than": changed("1h } }", "1h }, no_later_than: { from: reported, within: <> } }"),
    "after the limit": changed("1h } }", "1h }, at: { +<>: escalate } }"),
    "before the limit": changed("1h } }", "1h }, at: { -<>: escalate } }"),
    "required": changed("SEV1: 0s", "SEV1: <>"),
    "required of all": changed("required: { SEV1: 0s }", "required: <>"),
    "required after": changed("required: { SEV1: 0s }", "required: after <>"),
    "forgotten": changed("repeat: 1", "repeat: 1, forgotten_after: <>"),
    "a pace": WHOLE + UPDATES.format("{ SEV1: <> }"),
    "once": WHOLE + UPDATES.format("{ SEV1: once <> }"),
    "every": WHOLE + UPDATES.format("{ SEV1: { every: <> } }"),
    "a later pace": WHOLE + UPDATES.format("{ SEV1: { every: 1h, after: { <>: 2h } } }"),
    "a pace of a state": WHOLE + UPDATES.format("{ SEV1: { every: 1h, in: { diagnosis: <> } } }"),
    "others may after": WHOLE + "authority: { close: { by: lead, after: { <>: ana } } }\n",
    "approved within": WHOLE + "approvals: { close: { by: [ana, bo], within: <> } }\n",
    "accepted within": WHOLE + "handover: { accept_within: <> }\n",
    "reopened within": WHOLE + "alerts: { reopen_within: <> }\n",
    "kept": WHOLE + "record: { retention: <> }\n",
    "a limit of pages": changed("channels: [pager] }", "channels: [pager], limit: 10 per <> }"),
    "a shift": WHOLE
    + "schedules: { s: { rotation: { people: ana, hand_over: every <> 09:00 } } }\n",
    "rest": WHOLE
    + "schedules: { s: { rotation: { people: ana, hand_over: daily 09:00 }, rest: <> } }\n",
}
SPELLED = {"50 min": "50m", "50 minutes": "50m", "50M": "50m", "2 hours": "2h", "50": "50m"}


@pytest.mark.parametrize("spelled", SPELLED)
@pytest.mark.parametrize("place", DURATIONS)
def test_a_duration_in_words_gets_the_form_that_works(place: str, spelled: str) -> None:
    """For `50 min` and for a bare 50 the answer is `write 50m`."""
    (found,) = errors("", to=DURATIONS[place].replace("<>", spelled))
    instead = found.rpartition("; ")[2]
    assert SPELLED[spelled] in instead
    assert instead.startswith("say the unit" if spelled == "50" else "write ")
    assert errors("", to=DURATIONS[place].replace("<>", SPELLED[spelled])) == []

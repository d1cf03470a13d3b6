"""Subscribers of a policy: what they name exists, and what an incident carries of them."""

import pytest

from connectors.channels.directory import ChannelDirectory
from connectors.channels.kinds import channel_settings
from policies.checks.installation import events_signed
from policies.compiling.policy import compile_policy
from policies.reading.load import parse_policy
from policies.reading.problems import Gravity
from tests.policies.written import MARK, WHOLE, errors, expected_at

POLICY = WHOLE.replace("log: { kind: log } }", "log: { kind: log }, mail: { kind: email } }")
EMPTY = "this list is empty; write at least one entry, or leave the key out"
OR_ADD = "or add it to flags or attributes"
GATE = "communication: {{ subscribers: {{ gate: {{ channel: pager, on: all, {} }} }} }}\n"


def other(change: str) -> str:
    """A subscriber with another channel or other events."""
    return f"communication: {{ subscribers: {{ gate: {{ {change} }} }} }}\n"


@pytest.mark.parametrize(
    ("added", "error"),
    [
        (other("channel: §pagr, on: all"), "there is no channel pagr; did you mean pager?"),
        (
            other("channel: §mail, on: all"),
            "mail is email, which takes no events; name a channel of kind webhook",
        ),
        (other("channel: log, on: §resolve"), "there is no event resolve; did you mean resolved?"),
        (other("channel: log, on: [reported, §al]"), "there is no event al; did you mean all?"),
        (
            other("channel: log, §on: []"),
            EMPTY,
        ),
        (GATE.format("at_least: §sev1"), "there is no severity sev1; did you mean SEV1?"),
        (
            GATE.format("when: [§flag drill]"),
            "there is no attribute or flag drill; there are: service, via, reporter, " + OR_ADD,
        ),
        (GATE.format("sees: [state, §titel]"), "there is no fact titel; did you mean title?"),
        (
            GATE.format("§sees: []"),
            EMPTY,
        ),
    ],
)
def test_a_name_that_means_nothing_is_an_error_at_its_place(added: str, error: str) -> None:
    """With what was probably meant."""
    found = errors(added.replace(MARK, ""), POLICY)
    assert found == expected_at(POLICY + added, [f"error: {error}"])


def test_a_subscriber_names_its_channel_and_its_events() -> None:
    """Both are needed."""
    said = " ".join(errors(other("at_least: SEV1"), POLICY))
    assert "channel" in said
    assert "on" in said


def test_more_subscribers_than_an_incident_has_room_for_are_an_error() -> None:
    """Ten are enough for any installation, because a tool can pass events on."""
    of = "".join(f"g{number}: {{ channel: log, on: all }}, " for number in range(11))
    [error] = errors(f"communication: {{ subscribers: {{ {of} }} }}\n", POLICY)
    assert "there are 11 subscribers, and an incident has room for 10" in error


def test_a_channel_without_a_secret_is_reported_with_its_setting() -> None:
    """Otherwise every event would fail, and the tool would hear of nothing."""
    text = POLICY + other("channel: pager, on: all")
    policy = parse_policy(text.encode(), "test.yaml").policy
    assert policy
    settings = {"url": "https://gate.example.com/hook"}
    bare = ChannelDirectory({"pager": channel_settings(settings)})
    [note] = events_signed(bare.unsigned)(policy)
    assert note.what == "no event leaves by the channel pager, because no secret signs it"
    assert note.instead == "set INCIDENT_CHANNELS__PAGER__SECRETS"
    assert note.level is Gravity.NOTE
    secret = {"secrets": "whsec_" + "a" * 32}
    signing = ChannelDirectory({"pager": channel_settings({**settings, **secret})})
    assert list(events_signed(signing.unsigned)(policy)) == []
    assert list(events_signed(ChannelDirectory({}).unsigned)(policy)) == []


def test_an_incident_carries_what_its_subscribers_ask_for() -> None:
    """The severities from the worst to the one that is named."""
    text = WHOLE + GATE.format("at_least: SEV1, when: service!=x, sees: state")
    text = text.replace("when: service!=x", "when: not service=db") + "services: { db: {} }\n"
    read = parse_policy(text.encode(), "test.yaml")
    assert read.policy
    [gate] = compile_policy(read.policy, "0" * 64).subscribers
    assert (gate.name, gate.channel, gate.on) == ("gate", "pager", ("all",))
    assert (gate.severities, gate.when, gate.sees) == (("SEV1",), ("not service=db",), ("state",))


def test_a_policy_without_subscribers_compiles_as_before() -> None:
    """Incidents of earlier versions read it, and their digests stay."""
    read = parse_policy(WHOLE.encode(), "test.yaml")
    assert read.policy
    assert "subscribers" not in compile_policy(read.policy, "0" * 64).model_dump_json()

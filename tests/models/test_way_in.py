"""Ways in have one vocabulary in code, and two stored words each."""

import pytest

from models.base import ENGINE, MONITORING, Actor
from models.proof import Proof
from models.way_in import CHANNELS, WayIn, channel_of, way_of


def test_the_stored_words_of_a_way_in_never_change() -> None:
    """Histories hold `Actor.via`, policies hold channels: both words stay."""
    assert {way.name: (way.value, way.channel) for way in WayIn} == {
        "MONITORING": ("alerts", "monitoring"),
        "COMMAND_LINE": ("console", "command_line"),
        "API": ("api", "api"),
        "WEB": ("web", "web"),
        "CHAT": ("chat", "chat"),
        "TEMPORAL": ("temporal", "temporal"),
        "SIGNAL": ("signal", "signal"),
        "ENGINE": ("engine", "engine"),
    }
    assert CHANNELS == ("monitoring", "command_line", "api", "web", "chat", "temporal")


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_channel_of_a_policy_is_one_way_in(channel: str) -> None:
    """The policy's word leads to the record's word, and back."""
    way = way_of(channel)
    assert way is not None
    assert channel_of(way.value) == channel


def test_an_unknown_way_in_keeps_its_word() -> None:
    """A tool may claim any way in; it then is no channel of a policy."""
    assert channel_of("pigeon") == "pigeon"
    assert way_of("engine") is None


def test_the_record_holds_plain_words() -> None:
    """An actor is stored as text, as before."""
    assert Actor(name="ana").model_dump_json() == '{"name":"ana","via":"temporal"}'
    proven = Actor(name="ana", via="web", proof=Proof.LINK)
    assert proven.model_dump_json() == '{"name":"ana","via":"web","proof":"link"}'
    assert (ENGINE.via, MONITORING.via) == ("engine", "alerts")

"""Secrets that a stack keeps in files: only what the engine wrote itself counts."""

from pathlib import Path

import pytest

from runtime.embedded.intake_token import kept_token
from runtime.link_keys import FILE, link_keys
from runtime.settings import Settings, SettingsBroken


def settings_in(folder: Path) -> Settings:
    """Settings with this state directory."""
    return Settings(state_directory=folder, link_keys=None)


@pytest.mark.parametrize("text", ["", "\0" * 64, "0" * 63, "g" * 64, "a secret that people know"])
def test_a_key_of_links_that_the_engine_did_not_write_is_refused(tmp_path: Path, text: str) -> None:
    """A power cut can leave zeros: everybody would know the key."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(SettingsBroken, match="64 hexadecimal digits"):
        link_keys(settings_in(tmp_path))


def test_the_kept_key_of_links_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    """Also if somebody opened it to others meanwhile."""
    made = link_keys(settings_in(tmp_path))
    (tmp_path / FILE).chmod(0o644)
    assert link_keys(settings_in(tmp_path)).keys == made.keys
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_token_that_can_be_guessed_is_made_anew(tmp_path: Path) -> None:
    """One letter opens no door."""
    (tmp_path / "intake.token").write_text("x\n")
    token = kept_token(tmp_path).get_secret_value()
    assert len(token) >= 32
    assert kept_token(tmp_path).get_secret_value() == token

"""Settings come from the environment, once; an error names each wrong one."""

from pathlib import Path

import pytest

from runtime.settings import ROOT, Settings, SettingsBroken, load_settings, unknown_variables

Monkey = pytest.MonkeyPatch
FILE = Settings.model_config.get("env_file")


def test_every_setting_has_a_default() -> None:
    """A fresh clone runs: its own policy, its own state, loopback, no token."""
    settings = load_settings()
    assert settings.policy_file == ROOT / "policies" / "default.yaml"
    assert settings.documents_directory == ROOT / "var" / "documents"
    assert (settings.web_host, settings.web_port) == ("127.0.0.1", 8000)
    assert settings.intake_token is None
    assert dict(settings.channels) == {}


def test_settings_are_read_once(monkeypatch: Monkey) -> None:
    """A later change of the environment changes nothing in this process."""
    before = load_settings()
    monkeypatch.setenv("INCIDENT_TASK_QUEUE", "other")
    assert load_settings() is before


def test_a_channel_of_the_environment_has_the_name_that_policies_use(monkeypatch: Monkey) -> None:
    """Variables carry no dashes and no small letters: EMAIL_ONCALL is email-oncall."""
    monkeypatch.setenv("INCIDENT_CHANNELS__EMAIL_ONCALL__HOST", "127.0.0.1")
    monkeypatch.setenv("INCIDENT_CHANNELS__EMAIL_ONCALL__SENDER", "engine@example.org")
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__URL", "https://pager.example.org/hook")
    channels = load_settings().channels
    assert set(channels) == {"email-oncall", "pager"}
    assert channels["email-oncall"].kind == "email"


def test_a_feed_has_the_name_that_policies_use_and_its_address_is_shown_nowhere(
    monkeypatch: Monkey, tmp_path: Path
) -> None:
    """Addresses of feeds carry tokens; their copies are kept beside the rest of the state."""
    monkeypatch.setenv("INCIDENT_FEEDS__ON_CALL__URL", "https://calendar.example.org/secret.ics")
    monkeypatch.setenv("INCIDENT_STATE_DIRECTORY", str(tmp_path))
    settings = load_settings()
    assert set(settings.feeds) == {"on-call"}
    assert "secret.ics" not in repr(settings)
    assert settings.feed_copies == tmp_path / "feeds"


def test_channels_may_come_as_one_json_mapping_too(monkeypatch: Monkey) -> None:
    """A deployment with many channels writes one variable; single ones are added to it."""
    monkeypatch.setenv("INCIDENT_CHANNELS", '{"email-oncall": {"kind": "log"}}')
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__URL", "https://pager.example.org/hook")
    assert set(load_settings().channels) == {"email-oncall", "pager"}


def test_every_broken_variable_is_named_at_once(monkeypatch: Monkey) -> None:
    """One start reports everything that is wrong, a line each."""
    monkeypatch.setenv("INCIDENT_WEB_PORT", "eighty")
    monkeypatch.setenv("INCIDENT_LOG_LEVEL", "loud")
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__URL", "ftp://pager")
    with pytest.raises(SettingsBroken) as broken:
        load_settings()
    lines = str(broken.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "INCIDENT_WEB_PORT",
        "INCIDENT_LOG_LEVEL",
        "INCIDENT_CHANNELS__PAGER__URL",
    ]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("INCIDENT_CHANNELS__PAGER__URL", "https://ana:hush@pager.example.org"),
        ("INCIDENT_CHANNELS__PAGER__TOKEN", "hush"),
        ("INCIDENT_FEEDS__SHIFTS__URL", "https://ana:hush@feeds.example.org"),
        ("INCIDENT_FEEDS__SHIFTS__TOKEN", "hush hush"),
        ("INCIDENT_INTAKE_TOKEN", "hush hush"),
    ],
)
def test_a_secret_that_others_could_read_is_refused_with_the_name_of_its_setting(
    monkeypatch: Monkey, variable: str, value: str
) -> None:
    """That is a secret in an address, without TLS, or that no header can carry."""
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__URL", "http://pager.example.org")
    monkeypatch.setenv("INCIDENT_FEEDS__SHIFTS__URL", "https://feeds.example.org")
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsBroken) as broken:
        load_settings()
    [line] = str(broken.value).splitlines()
    assert line.startswith(f"{variable}: ")
    assert "hush" not in line


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("INCIDENT_CHANNELS", '{"pager": hush'),
        ("INCIDENT_CHANNELS__PAGER", "hush"),
        ("INCIDENT_CHANNELS__PAGER__URL", "hush://pager"),
        ("INCIDENT_CHANNELS__PAGER__PORT", "hush"),
    ],
)
def test_a_broken_setting_is_named_without_its_value(
    monkeypatch: Monkey, variable: str, value: str
) -> None:
    """Values are secrets as often as not; the message goes to logs and terminals."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsBroken) as broken:
        load_settings()
    assert str(broken.value).startswith("INCIDENT_CHANNELS")
    assert "hush" not in str(broken.value)


def test_no_secret_shows_when_settings_are_printed(monkeypatch: Monkey) -> None:
    """Settings end up in debuggers and logs."""
    monkeypatch.setenv("INCIDENT_INTAKE_TOKEN", "hush-token")
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__URL", "https://pager.example.org/hush-path")
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__TOKEN", "hush-bearer")
    assert "hush" not in repr(load_settings())


def test_an_empty_variable_is_no_setting(monkeypatch: Monkey) -> None:
    """Deployment tools set variables to nothing if they mean nothing."""
    monkeypatch.setenv("INCIDENT_LOG_FILE", "")
    monkeypatch.setenv("INCIDENT_WEB_PORT", "")
    assert load_settings().log_file is None
    assert load_settings().web_port == 8000


def test_relative_paths_mean_the_same_in_every_process(monkeypatch: Monkey, tmp_path: Path) -> None:
    """The stack starts its processes in another directory than its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCIDENT_POLICY_FILE", "ours.yaml")
    assert load_settings().policy_file == tmp_path / "ours.yaml"


def test_a_file_named_env_beside_the_program_is_read_and_the_environment_wins(
    monkeypatch: Monkey, tmp_path: Path
) -> None:
    """`.env` is permanent; a variable of the moment takes precedence."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", FILE)
    (tmp_path / ".env").write_text("INCIDENT_TASK_QUEUE=of-file\nINCIDENT_ACTOR=of-file\n")
    monkeypatch.setenv("INCIDENT_ACTOR", "of-environment")
    settings = load_settings()
    assert (settings.task_queue, settings.actor) == ("of-file", "of-environment")


def test_names_of_the_web_server_are_a_list_with_commas(monkeypatch: Monkey) -> None:
    """As people write lists in variables."""
    monkeypatch.setenv("INCIDENT_WEB_NAMES", "incidents.example.org, web ,")
    assert load_settings().web_names == ("incidents.example.org", "web")


def test_a_misspelt_variable_is_noticed(monkeypatch: Monkey) -> None:
    """Otherwise it would be ignored silently."""
    monkeypatch.setenv("INCIDENT_POLICY", "ours.yaml")
    monkeypatch.setenv("INCIDENT_TASK_QUEUE", "incidents")
    monkeypatch.setenv("INCIDENT_CHANNELS__PAGER__URL", "https://pager.example.org")
    assert unknown_variables() == ("INCIDENT_POLICY",)


@pytest.mark.parametrize(
    "line",
    [
        *('INCIDENT_INTAKE_TOKEN="s3cr3t-not-closed', "INCIDENT_INTAKE_TOKEN s3cr3t"),
        *("INCIDENT_INTAKE_TOKEN", "INCIDENT_INTAKE_TOKEN: s3cr3t"),
        *("INCIDENT_INTAKE_TOKEN='s3cr3t' more", "INCIDENT-INTAKE-TOKEN=s3cr3t"),
    ],
)
def test_a_line_of_the_file_that_cannot_be_read_is_an_error(
    monkeypatch: Monkey, tmp_path: Path, line: str
) -> None:
    """It sets nothing, so a token would be missing; the message names the line, not its content."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", FILE)
    (tmp_path / ".env").write_text(f"{line}\nINCIDENT_LOG_LEVEL=debug\n", encoding="utf-8")
    with pytest.raises(SettingsBroken, match=r"^\.env: line 1 cannot be read: write NAME=value"):
        load_settings()
    with pytest.raises(SettingsBroken) as broken:
        load_settings()
    assert "s3cr3t" not in str(broken.value)


def test_every_form_of_a_line_is_read(monkeypatch: Monkey, tmp_path: Path) -> None:
    """A byte order mark, comments, blank lines, quotation marks, `export`, and an empty value."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", FILE)
    lines = (
        "\ufeffINCIDENT_WEB_HOST=127.0.0.2",
        "# a comment",
        "",
        "export INCIDENT_ACTOR='ana'  # who",
        'INCIDENT_TASK_QUEUE="q"',
    )
    text = "\r\n".join((*lines, "INCIDENT_POLICY_FILE=", "INCIDENT_TASK_QEUE=x", ""))
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    settings = load_settings()
    assert (settings.actor, settings.task_queue) == ("ana", "q")
    assert settings.web_host == "127.0.0.2"
    assert unknown_variables() == ("INCIDENT_TASK_QEUE",)


def test_a_token_may_stand_in_the_settings(monkeypatch: Monkey) -> None:
    """By the digest of its secret, so that whoever reads the settings cannot use it."""
    monkeypatch.setenv("INCIDENT_TOKENS__DEPLOY_BOT__HASH", "A" * 64)
    monkeypatch.setenv("INCIDENT_TOKENS__DEPLOY_BOT__OWNER", "deploy-bot")
    monkeypatch.setenv("INCIDENT_TOKENS__DEPLOY_BOT__HOLDER", "tool")
    monkeypatch.setenv("INCIDENT_TOKENS__DEPLOY_BOT__SCOPES", "report, alerts:grafana")
    [(name, token)] = load_settings().access_tokens.items()
    assert (name, token.owner, token.holder) == ("deploy-bot", "deploy-bot", "tool")
    assert token.scopes == ("alerts:grafana", "report")
    assert token.digest == "a" * 64


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("HASH", "the-secret-itself"),
        ("OWNER", " ana"),
        ("OWNER", "role:lead"),
        ("SCOPES", "everything"),
        ("HOLDER", "robot"),
        ("EXPIRES_AT", "soon"),
    ],
)
def test_a_wrong_token_of_the_settings_is_named(
    monkeypatch: Monkey, field: str, value: str
) -> None:
    """With its variable, and without a secret."""
    said = {"HASH": "a" * 64, "OWNER": "ana", "SCOPES": "read", field: value}
    for name, text in said.items():
        monkeypatch.setenv(f"INCIDENT_TOKENS__CI__{name}", text)
    with pytest.raises(SettingsBroken) as broken:
        load_settings()
    assert str(broken.value).startswith(f"INCIDENT_TOKENS__CI__{field}")
    assert "the-secret-itself" not in str(broken.value)


@pytest.mark.parametrize(
    ("settings", "local"),
    [
        ({}, True),
        ({"PUBLIC_URL": "http://localhost:8000"}, True),
        ({"WEB_HOST": "0.0.0.0"}, False),  # noqa: S104 - nothing listens
        ({"WEB_PROXIES": "1"}, False),
        ({"PUBLIC_URL": "https://incidents.example.org"}, False),
    ],
)
def test_a_server_that_others_reach_is_not_local(
    monkeypatch: Monkey, settings: dict[str, str], *, local: bool
) -> None:
    """Also behind a proxy on the same machine."""
    for name, value in settings.items():
        monkeypatch.setenv(f"INCIDENT_{name}", value)
    assert load_settings().local is local

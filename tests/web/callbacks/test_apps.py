"""Which Slack apps of the settings take requests."""

from typing import Any

from runtime.settings import Settings
from web.callbacks.slack.apps import slack_apps


async def test_each_app_is_there_once_if_something_proves_its_requests() -> None:
    """Channels share an app by its token; one without a secret only posts."""
    kind = {"kind": "slack"}
    given: dict[str, Any] = {
        "ops": {**kind, "token": "xoxb-1", "place": "C0OPS", "signing_secret": "s1"},
        "status": {**kind, "token": "xoxb-1", "place": "C0STATUS"},
        "again": {**kind, "token": "xoxb-1", "signing_secret": "s1"},
        "socket": {**kind, "token": "xoxb-2", "app_token": "xapp-2"},
        "posts": {**kind, "token": "xoxb-3", "place": "C0OTHER"},
        "mail": {"host": "localhost", "sender": "e@example.org", "to": "all@example.org"},
    }
    settings = Settings(channels=given)
    async with slack_apps(settings.channels) as apps:
        assert [app.name for app in apps] == ["ops", "socket"]
        assert [bool(app.app_token) for app in apps] == [False, True]
        assert "xoxb" not in repr(apps)

"""A workspace of Slack with one person and one channel."""

from typing import Any

from tests.fakes.counterparts.counterpart import Counterpart, Fate, Taken
from tests.fakes.counterparts.webhook import programmed
from tests.fakes.slack.server import SlackServer

PLACE, USER = "C0INCIDENTS", "U0ANA"


class SlackCounterpart(Counterpart):
    """Its token, its signing secret and its app token are secret."""

    secrets = ("xoxb-token-secret", "signing-secret", "xapp-token-secret")

    def __init__(self) -> None:
        self.server = SlackServer(self.secrets[0])
        self.server.workspace.add_channel("incidents", PLACE)
        self.server.workspace.add_user(USER, "ana@example.org")

    async def begin(self) -> None:
        """Listen on loopback."""
        await self.server.start()

    async def end(self) -> None:
        """Listen no more."""
        await self.server.stop()

    @property
    def settings(self) -> dict[str, Any]:
        """The channel, and every secret."""
        token, signing, app = self.secrets
        secrets = {"token": token, "signing_secret": signing, "app_token": app}
        return {"kind": "slack", "url": self.server.api, "place": PLACE, **secrets}

    def meets(self, fate: Fate) -> None:
        """Decide what the next message meets; what looks for people and messages works."""
        programmed(self.server, fate, {f"X-{number}": s for number, s in enumerate(self.secrets)})

    @property
    def taken(self) -> list[Taken]:
        """What people see, in order."""
        return [
            Taken(
                (each.words.split("\n")[0],),
                text=each.words,
                thread=each.thread_ts or each.ts,
            )
            for _, each in self.server.posted
        ]

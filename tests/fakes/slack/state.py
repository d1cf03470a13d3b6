"""What a workspace of Slack holds: users, conversations and their messages."""

import itertools
from dataclasses import dataclass, field
from typing import Any

BOT, TEAM = "U0BOT", "T0TEAM"


class Refused(Exception):  # noqa: N818 - says what is
    """Slack answers `ok: false` with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Posted:
    """A message: who posted it, what it shows, and how often it was edited."""

    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    edits: int = 0
    reactions: dict[str, list[str]] = field(default_factory=dict)

    def shown(self, *, with_metadata: bool) -> dict[str, Any]:
        """The message as methods that read return it."""
        said: dict[str, Any] = {"type": "message", "ts": self.ts, "user": self.user}
        said |= {"text": self.text, "blocks": self.blocks}
        marks = [{"name": name, "users": users} for name, users in self.reactions.items()]
        said |= {"reactions": marks} if marks else {}
        if self.thread_ts:
            said["thread_ts"] = self.thread_ts
        if self.metadata:
            bare = {"event_type": self.metadata["event_type"]}
            said["metadata"] = self.metadata if with_metadata else bare
        return said

    @property
    def words(self) -> str:
        """Everything that somebody reads, line by line."""
        lines = []
        for block in self.blocks:
            text = block.get("text")
            lines += [text["text"]] if isinstance(text, dict) else []
            for element in block.get("elements", []):
                lines += [element["text"]["text"], element.get("url", "")]
        return "\n".join(line for line in lines if line)

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons."""
        every = [each for block in self.blocks for each in block.get("elements", [])]
        return [each["text"]["text"] for each in every if "url" not in each]


@dataclass
class Conversation:
    """A channel, or the direct messages with one user."""

    id: str
    name: str = ""
    creator: str = ""
    private: bool = False
    archived: bool = False
    topic: str = ""
    purpose: str = ""
    members: set[str] = field(default_factory=lambda: {BOT})
    messages: list[Posted] = field(default_factory=list)

    def message(self, ts: str | None) -> Posted | None:
        """The message with a timestamp."""
        return next((each for each in self.messages if each.ts == ts), None)

    def shown(self) -> dict[str, Any]:
        """The conversation as methods that read return it."""
        return {
            "id": self.id,
            "name": self.name,
            "creator": self.creator,
            "is_archived": self.archived,
            "is_private": self.private,
            "topic": {"value": self.topic},
            "purpose": {"value": self.purpose},
        }


class Workspace:
    """Users by their ids, with the address of each; conversations by their ids."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.conversations: dict[str, Conversation] = {}
        self._numbers = itertools.count(1)

    def number(self) -> int:
        """A number that nothing else has."""
        return next(self._numbers)

    def add_user(self, user: str, email: str = "", **more: Any) -> str:
        """Let a person be in the workspace."""
        said = {"id": user, "team_id": TEAM, "profile": {"email": email}}
        self.users[user] = {**said, **more}
        return user

    def add_channel(self, name: str, place: str = "", **more: Any) -> Conversation:
        """Let a channel be in the workspace; the bot is in it."""
        made = Conversation(place or f"C{self.number():07d}", name, **more)
        self.conversations[made.id] = made
        return made

    def place(self, given: str | None) -> Conversation:
        """The conversation with an id; for a user, the direct messages with them."""
        if given in self.users:
            return self.direct(given)
        found = self.conversations.get(given or "")
        if found is None:
            raise Refused("channel_not_found")
        return found

    def direct(self, user: str) -> Conversation:
        """The direct messages with a user."""
        place = f"D{user}"
        return self.conversations.setdefault(place, Conversation(place, members={BOT, user}))

    def post(self, place: Conversation, user: str, text: str, **more: Any) -> Posted:
        """Keep a message."""
        number = self.number()
        made = Posted(f"{1_795_000_000 + number}.{number:06d}", user, text, **more)
        place.messages.append(made)
        return made

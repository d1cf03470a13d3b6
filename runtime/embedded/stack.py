"""The embedded stack: runs server, worker and web server as processes, with their logs in files."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx2
from pydantic import SecretStr
from temporalio.client import Client

from runtime.embedded.component import DOWN, READY, UP, StackComponent, status_line
from runtime.embedded.intake_token import kept_token
from runtime.embedded.orphans import OrphanWatch
from runtime.embedded.server import PORT, EmbeddedServer, free_port
from runtime.payloads import converter_of
from runtime.settings import Settings, environment_without_temporal

UP_TIMEOUT_SECONDS = 40.0
POLL_SECONDS = 0.1
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - recognised, not bound


class StackFailed(Exception):  # noqa: N818 - says what is
    """A component did not come up; the message names it and gives its output or its log file."""


@dataclass(slots=True)
class Stack:
    """Starts the three components, and stops only what it started.

    `server_port` is a preference, and so is the web server's port in the settings. Call `stop` even
    if `start` raised: until then, whatever came up before stays up.
    """

    settings: Settings
    extra_environment: Mapping[str, str] = field(default_factory=dict)
    server_port: int = PORT
    server: EmbeddedServer = field(init=False)
    worker: StackComponent = field(init=False)
    web: StackComponent = field(init=False)
    web_port: int = field(init=False)
    intake_token: SecretStr | None = field(init=False)
    _orphans: OrphanWatch = field(default_factory=OrphanWatch, init=False)

    def __post_init__(self) -> None:
        state = self.settings.state_directory
        self.web_port = self.settings.web_port
        self.intake_token = self.settings.intake_token
        log = state / "log" / "server.log"
        self.server = EmbeddedServer(
            state / "temporal.db", log, self.server_port, converter=converter_of(self.settings)
        )
        self.worker = StackComponent("worker", ["worker.py"], state / "log" / "worker.log")
        self.web = StackComponent("web", ["-m", "web"], state / "log" / "web.log")

    @property
    def web_headers(self) -> dict[str, str]:
        """The token that a sender must send to the web server."""
        token = self.intake_token.get_secret_value() if self.intake_token else ""
        return {"Authorization": f"Bearer {token}"}

    @property
    def web_url(self) -> str:
        """Where to send alerts and reports, as seen from this machine."""
        host = self.settings.web_host
        return f"http://{'127.0.0.1' if host in EVERYWHERE else host}:{self.web_port}"

    @property
    def public_url(self) -> str:
        """What links begin with: as the settings say, else as the web server is reached here."""
        return self.settings.public_url or self.web_url

    async def start(self) -> Client:
        """Start everything, in order. Raises StackFailed or EmbeddedServerFailed."""
        try:
            return await self._started()
        except OSError as error:
            state = self.settings.state_directory
            raise StackFailed(f"cannot keep state in {state}: {error.strerror or error}") from None

    async def _started(self) -> Client:
        self.web_port = free_port(self.settings.web_port, self.settings.web_host)
        if self._encrypts:
            self.server.codec = f"{self.web_url}/codec"
        client = await self.server.start()
        self._watch()
        self.intake_token = self.intake_token or kept_token(self.settings.state_directory)
        self.worker.where = f"task queue {self.settings.task_queue}"
        self.web.where = self.web_url
        self.start_worker()
        self.web.start(self.environment(self.web))
        self._watch()
        for component, serves in self._asked:
            await self._until(component, serves)
        return client

    def start_worker(self) -> None:
        """Start the worker, or start it again."""
        self.worker.start(self.environment(self.worker))
        self._watch()

    def restart_dead(self) -> tuple[str, ...]:
        """Start worker and web server again if they ended; returns the reasons, once for each end.

        If one keeps ending before it is up, the pauses grow to at most a minute.
        """
        now, news = time.monotonic(), []
        for component in (self.worker, self.web):
            why = component.why_it_ended(now)
            if why:
                news.append(f"The {component.name} has ended: {why}")
            if component.is_due(now):
                component.start(self.environment(component))
                self._watch()
        return tuple(news)

    async def up_again(self) -> tuple[str, ...]:
        """The names of those that came up since the last call."""
        news = []
        for component, serves in self._asked:
            if component.running and not component.ready and await serves():
                component.ready = True
                news.append(component.name)
        return tuple(news)

    async def worker_ready(self) -> None:
        """Wait until the worker takes work. Raises StackFailed."""
        await self._until(self.worker, self._worker_ready)

    @property
    def _asked(self) -> tuple[tuple[StackComponent, Callable[[], Awaitable[bool]]], ...]:
        """How to ask each component whether it serves."""
        return ((self.web, self._web_answers), (self.worker, self._worker_ready))

    def environment(self, component: StackComponent) -> dict[str, str]:
        """The environment that a process needs to talk to this stack and no other.

        Temporal's configuration for another server (TLS, keys, profiles) must not reach it, nor a
        setting that would send its log elsewhere.
        """
        token = self.intake_token.get_secret_value() if self.intake_token else ""
        return {
            **environment_without_temporal(),
            **self.extra_environment,
            "TEMPORAL_CONFIG_FILE": str(self.server.own_configuration()),
            "TEMPORAL_ADDRESS": self.server.address,
            "TEMPORAL_NAMESPACE": "default",
            "INCIDENT_STATE_DIRECTORY": str(self.settings.state_directory),
            "INCIDENT_DOCUMENTS": str(self.settings.documents_directory),
            "INCIDENT_POLICY_FILE": str(self.settings.policy_file),
            "INCIDENT_TASK_QUEUE": self.settings.task_queue,
            "INCIDENT_WEB_HOST": self.settings.web_host,
            "INCIDENT_WEB_PORT": str(self.web_port),
            "INCIDENT_PUBLIC_URL": self.public_url,
            **self._encryption(),
            "INCIDENT_INTAKE_TOKEN": token if component is self.web else "",
            "INCIDENT_LOG_FILE": str(component.log),
        }

    @property
    def _encrypts(self) -> bool:
        return bool(self.settings.payload_keys or self.settings.payload_codec)

    def _encryption(self) -> dict[str, str]:
        """The same keys for everybody, and the codec for the UI of this stack."""
        keys, ui = self.settings.payload_keys, self.settings.codec_ui or self.server.ui
        return {
            "INCIDENT_PAYLOAD_KEYS": keys.get_secret_value() if keys else "",
            "INCIDENT_PAYLOAD_CODEC": self.settings.payload_codec or "",
            "INCIDENT_CODEC_UI": ui if self._encrypts else "",
        }

    async def _until(self, component: StackComponent, ready: Callable[[], Awaitable[bool]]) -> None:
        try:
            async with asyncio.timeout(UP_TIMEOUT_SECONDS):
                while True:
                    # First check that it lives: if it ended, whatever answers is a stranger.
                    if not component.running:
                        words = component.last_words()
                        raise StackFailed(
                            f"the {component.name} ended: {words} (log: {component.log})"
                        )
                    if await ready():
                        component.ready = True
                        return
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise StackFailed(
                f"the {component.name} did not come up; see {component.log}"
            ) from None

    async def _worker_ready(self) -> bool:
        return self.worker.logged(READY)

    async def _web_answers(self) -> bool:
        try:
            async with httpx2.AsyncClient(trust_env=False) as client:
                answer = await client.get(f"{self.web_url}/healthz", timeout=1.0)
        except httpx2.HTTPError:
            return False
        if answer.status_code != httpx2.codes.OK or self.web.process is None:
            return False
        return bool(answer.json().get("pid") == self.web.process.pid)

    def lines(self) -> tuple[str, ...]:
        """One status line per component."""
        where = f"{self.server.address}  UI {self.server.ui}"
        return (
            status_line("server", where, self.server.log, UP if self.server.running else DOWN),
            self.worker.line(),
            self.web.line(),
        )

    @property
    def running(self) -> bool:
        """Whether every component lives."""
        return self.server.running and self.worker.running and self.web.running

    def stop(self) -> None:
        """Stop everything that was started, the server last."""
        self.web.stop()
        self.worker.stop()
        self.server.stop()
        self._orphans.stop()

    def _watch(self) -> None:
        """If this process is killed, have its processes ended in the order of `stop`."""
        components = (c.process for c in (self.web, self.worker) if c.running)
        pids = [process.pid for process in components if process]
        self._orphans.watch((*pids, self.server.pid))

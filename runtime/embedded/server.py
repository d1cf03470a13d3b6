"""The embedded Temporal server: the official dev server, with a file so that state survives."""

import asyncio
import fcntl
import random
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.service import RPCError

from connectors.private_files import UMASK, open_private, private_folder
from runtime.client import identity
from runtime.embedded.component import end
from runtime.embedded.ui_gate import UiGate, hidden_host
from runtime.payloads import UNENCRYPTED
from runtime.search_attributes import register, retention, set_retention
from runtime.settings import environment_without_temporal

TEMPORAL = Path(sys.executable).parent / "temporal"
KEEP_HISTORIES = timedelta(days=90)
START_TIMEOUT_SECONDS = 30.0
ANSWER_TIMEOUT_SECONDS = 5.0
PORT = 7233
"""Temporal's own tools look for a server here."""
PORTS = range(20000, 32000)
"""Below the range for outgoing connections, many of which the server itself makes."""
PORT_TRIALS = 50
NO_CONFIGURATION = "# This stack has a server of its own: no other configuration counts here.\n"
"""The content of the configuration file that we own; a comment in TOML and in YAML."""
NO_HTTP = 'frontend.httpAllowedHosts=["nobody.invalid"]'
"""Closes the server's HTTP API, which listens on a port of its choice, to every web page."""
IN_ORDER = ("matching.numTaskqueueWritePartitions=1", "matching.enableFairness=true")
"""Keeps work in order (`rules/paging/urgency.py`).

The server orders work only within one partition, and shares turns among severities only if this
setting says so. It still reads partitions that hold older work.
"""
NOTHING_OLDER = ("matching.numTaskqueueReadPartitions=1",)
"""A server in memory holds no older work, so it reads one partition of each queue.

With four, it spends almost half of its time on passing work and pollers between them.
"""
_DIGITS = 20
_MOST_SAID = 1024 * 1024
STARTS = 3
"""How often to start the server anew if somebody takes its port in the meantime."""


class EmbeddedServerFailed(Exception):  # noqa: N818 - says what is
    """The server did not come up; the message says why, or where its log is."""


class PortTaken(EmbeddedServerFailed):
    """Somebody else took the port after it was found free."""


def free_port(preferred: int = 0, host: str = "127.0.0.1") -> int:
    """`preferred` if nobody listens on it, else any free port. Raises EmbeddedServerFailed."""
    others = random.sample(PORTS, PORT_TRIALS)
    for port in (preferred, *others) if preferred else others:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedServerFailed("no free port on loopback")


def _alone_on(database: Path) -> IO[str]:
    """A locked file beside the database; the server inherits the lock and holds it until it ends.

    So no second server opens the database, even if the first one outlived a killed parent.
    """
    path = _lock_of(database)
    lock = open_private(path, "a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read(_DIGITS).strip()
        lock.close()
        raise EmbeddedServerFailed(
            f"{database} is in use by the Temporal server with process id {holder or 'unknown'}: "
            "stop the stack that runs on it, or this process if the stack was killed"
        ) from None
    return lock


def _close(database: Path) -> None:
    """Close the folder of the database to others, unless it holds other things."""
    folder, lock = database.parent, _lock_of(database)
    if not folder.exists() or lock.exists() or not any(folder.iterdir()):
        private_folder(folder)


def _lock_of(database: Path) -> Path:
    return database.with_suffix(".lock")


@dataclass(slots=True)
class EmbeddedServer:
    """One server on loopback. It stops only what it started itself.

    `port` and `ui_port` are preferences: if somebody listens on them, it takes free ones. If
    `ui_port` is None, there is no UI; if `database` is None, everything stays in memory.
    `dynamic_config` holds `key=value` in the server's form. `keep` is the least time to keep
    histories of ended runs. `converter` is that of its client. `codec` is
    the address at which its UI decrypts.
    """

    database: Path | None
    log: Path
    port: int = PORT
    ui_port: int | None = 8233
    dynamic_config: Sequence[str] = ()
    keep: timedelta = KEEP_HISTORIES
    converter: DataConverter = UNENCRYPTED
    codec: str | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _began: int = field(default=0, init=False)
    _gate: UiGate | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        """Where the server answers."""
        return f"127.0.0.1:{self.port}"

    @property
    def ui(self) -> str:
        """The address of its UI."""
        return f"http://127.0.0.1:{self.ui_port}"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    @property
    def configuration(self) -> Path:
        """Temporal's configuration file for this server and its clients; it configures nothing."""
        return (self.database or self.log).parent / "temporal.config"

    def own_configuration(self) -> Path:
        """Write this file again. Raises OSError."""
        with open_private(self.configuration, "w") as file:
            file.write(NO_CONFIGURATION)
        return self.configuration

    def _command(self) -> list[str]:
        command = [str(TEMPORAL), "server", "start-dev", "--ip", "127.0.0.1"]
        command += ["--port", str(self.port)]
        if self._gate:
            command += ["--ui-ip", self._gate.host, "--ui-port", str(self._gate.port)]
            command += ["--ui-codec-endpoint", self.codec] if self.codec else []
        else:
            command += ["--headless"]
        command += ["--log-level", "warn"]
        command += ["--env-file", str(self.configuration)]
        command += ["--disable-config-file", "--disable-config-env"]
        if self.database:
            command += ["--db-filename", str(self.database)]
            command += ["--sqlite-pragma", "journal_mode=wal"]
            command += ["--sqlite-pragma", "synchronous=normal"]
        older = () if self.database else NOTHING_OLDER
        for value in (NO_HTTP, *IN_ORDER, *older, *self.dynamic_config):
            command += ["--dynamic-config-value", value]
        return command

    async def start(self) -> Client:
        """Start it, prepare its namespace, return a client.

        If it raises EmbeddedServerFailed, nothing of it runs.
        """
        if self.database:
            _close(self.database)
        private_folder(self.log.parent)
        self.own_configuration()
        for _ in range(STARTS - 1):
            try:
                return await self._started()
            except PortTaken:
                continue
        return await self._started()

    async def _started(self) -> Client:
        self.port = free_port(self.port)
        await self._gated()
        if self.database:
            with _alone_on(self.database) as lock:
                self._launch(lock)
        else:
            self._launch(None)
        try:
            async with asyncio.timeout(START_TIMEOUT_SECONDS):
                return await self._ready()
        except TimeoutError:
            self.stop()
            raise EmbeddedServerFailed(f"the server did not answer; see {self.log}") from None
        except BaseException:
            self.stop()
            raise

    async def _gated(self) -> None:
        """Put the UI where only its gate finds it, and the gate where people look for the UI."""
        if self.ui_port is None:
            return
        self.ui_port, host = free_port(self.ui_port), hidden_host()
        self._stop_gate()
        self._gate = UiGate(host, free_port(0, host))
        try:
            await self._gate.start(self.ui_port)
        except OSError:
            raise PortTaken(f"another process has taken port {self.ui_port}") from None

    def _stop_gate(self) -> None:
        if self._gate:
            self._gate.stop()

    def _launch(self, lock: IO[str] | None) -> None:
        with open_private(self.log, "ab") as log:
            self._began = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - our own server
                self._command(),
                env=environment_without_temporal(),
                umask=UMASK,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock.fileno(),) if lock else (),
            )
        if lock:
            lock.truncate(0)
            lock.write(str(self._process.pid))

    async def _ready(self) -> Client:
        client = None
        while self.running:
            # If another server has the port, it answers while ours is still about to end.
            if client:
                return client
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
                    client = await self._prepared()
            except (RuntimeError, RPCError, TimeoutError):
                await asyncio.sleep(0.1)
        raise self._why_it_ended()

    async def _prepared(self) -> Client:
        client = await Client.connect(
            self.address, data_converter=self.converter, identity=identity()
        )
        await register(client)
        if await retention(client) < self.keep:
            await set_retention(client, self.keep)
        return client

    def _why_it_ended(self) -> EmbeddedServerFailed:
        with self.log.open("rb") as log:
            log.seek(self._began)
            taken = b"address already in use" in log.read(_MOST_SAID)
        kind = PortTaken if taken else EmbeddedServerFailed
        return kind(f"the server ended at once; see {self.log}")

    @property
    def running(self) -> bool:
        """Whether its process is alive."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it as a crash would."""
        self._stop_gate()
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Stop it gracefully; by force after ten seconds."""
        self._stop_gate()
        process, self._process = self._process, None
        end(process)

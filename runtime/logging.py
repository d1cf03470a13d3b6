"""Structured logs: one JSON object per line with the incident's id; silent during replay."""

import logging
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import IO, Any

import structlog
from temporalio import activity, workflow
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from connectors.private_files import UMASK, open_private, private_folder
from incidents.errors import PayloadUnreadable
from models.readable import readable
from runtime.settings import Settings, SettingsBroken, load_settings

Event = MutableMapping[str, Any]


def _replaying() -> bool:
    return workflow.in_workflow() and workflow.unsafe.is_replaying_history_events()


def silent_in_replay(_logger: object, _method: str, event: Event) -> Event:
    """Drop events of a replayed workflow; they were logged when they happened."""
    if _replaying():
        raise structlog.DropEvent
    return event


class SilentInReplay(logging.Filter):
    """Does the same for the standard library's records, whose formatters cannot drop anything."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - the same for every one
        """Whether the record is written."""
        return not _replaying()


def with_origin(_logger: object, _method: str, event: Event) -> Event:
    """Add the incident, run, update, activity and attempt in which the event was logged."""
    if workflow.in_workflow():
        info = workflow.info()
        event.setdefault("incident_id", info.workflow_id)
        event["run_id"] = info.run_id
        event["attempt"] = info.attempt
        update = workflow.current_update_info()
        if update:
            event["update_id"] = update.id
    elif activity.in_activity():
        running = activity.info()
        event.setdefault("incident_id", running.workflow_id)
        event["run_id"] = running.workflow_run_id
        event["activity"] = running.activity_type
        event["attempt"] = running.attempt
    return event


def unreadable_in_a_line(_logger: object, _method: str, event: Event) -> Event:
    """Name a missing key in a field: Temporal tries again and again, each time with a traceback."""
    error = event.get("exc_info")
    error = error[1] if isinstance(error, tuple) else error
    while isinstance(error, BaseException) and not isinstance(error, PayloadUnreadable):
        error = error.__cause__
    if error is not None and isinstance(error, PayloadUnreadable):
        return {**event, "exc_info": None, "error": str(error)}
    return event


def _without_temporal_extra(_logger: object, _method: str, event: Event) -> Event:
    for key in ("temporal_workflow", "temporal_activity", "_record", "_from_structlog"):
        event.pop(key, None)
    return event


def _readable(said: Any) -> Any:
    match said:
        case str():
            return readable(said)
        case dict():
            return {key: _readable(value) for key, value in said.items()}
        case list() | tuple():
            return [_readable(each) for each in said]
        case _:
            return said


def without_control_characters(_logger: object, _method: str, event: Event) -> Event:
    """Remove terminal control characters, so that no text can steer the reader's terminal."""
    return {str(key): _readable(value) for key, value in event.items()}


_COMMON: tuple[Any, ...] = (
    with_origin,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=["state", "actor", "command"]),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def _stream(path: Path | None) -> IO[str]:
    if path is None:
        return sys.stderr
    if not path.parent.exists():
        private_folder(path.parent)
    return open_private(path, "a")


def configure_logging(level: str = "info", path: Path | None = None) -> None:
    """Send structlog's, the standard library's and Temporal's logs to one place, as JSON.

    The place is the file `path`, to which lines are added, or stderr. Raises OSError.
    """
    renderer = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_COMMON,
        processors=[
            _without_temporal_extra,
            unreadable_in_a_line,
            structlog.processors.format_exc_info,
            without_control_characters,
            structlog.processors.JSONRenderer(default=str),
        ],
    )
    handler = logging.StreamHandler(_stream(path))
    handler.setFormatter(renderer)
    handler.addFilter(SilentInReplay())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    # Each line has this in fields of its own.
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
    # `transitions` would log each trigger that is only tried to see what is possible next.
    for chatty in ("httpx2", "httpcore2", "asyncio", "transitions"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            silent_in_replay,
            *_COMMON,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )


def forward_core_logs() -> None:
    """Log what Temporal's core says along with everything else, instead of letting it print.

    Call this before the first client connects.
    """
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        prepend_target_on_message=False,
    )
    seen = LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding)
    runtime = Runtime(telemetry=TelemetryConfig(logging=seen))
    Runtime.set_default(runtime, error_if_already_set=False)


def settings_with_logs() -> Settings:
    """Read the settings of this process and configure its logs. Raises SettingsBroken.

    From now on, only its owner can read the files that it writes.
    """
    settings = load_settings()
    os.umask(UMASK)
    try:
        configure_logging(settings.log_level, settings.log_file)
    except OSError as error:
        raise SettingsBroken(f"INCIDENT_LOG_FILE: {error}") from None
    forward_core_logs()
    return settings

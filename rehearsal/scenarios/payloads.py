"""Files with alerts from monitoring, in any format that the web server takes."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from policies.reading.load import bytes_of_file
from web.alerts.formats.format import SentGroup
from web.alerts.formats.table import in_words, recognised

LARGEST_BYTES = 4 * 1024 * 1024


class NoAlerts(Exception):  # noqa: N818 - says what is
    """What is wrong with a file; the caller puts the file's name in front."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a file says about each group of alerts; `source` names its format."""

    source: str
    groups: tuple[SentGroup, ...]


def payload_file(path: Path) -> Payload:
    """Read the alerts in a file. Raises NoAlerts."""
    try:
        with bytes_of_file(path) as stream:
            data = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise NoAlerts(f"cannot be read: {error.strerror or error}") from None
    if len(data) > LARGEST_BYTES:
        raise NoAlerts(f"is larger than {LARGEST_BYTES // 1024} KiB")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NoAlerts(f"is not JSON: {error}"[:200]) from None
    form = recognised(body)
    if form is None:
        raise NoAlerts(f"is in no known format of alerts; there are: {in_words()}")
    try:
        return Payload(form.name, form.read(form.body.model_validate(body), {}))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NoAlerts(f"is not valid as {form.words}: {where}: {first['msg']}") from None

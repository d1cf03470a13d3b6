"""Files with alerts in any format, recognised by their content."""

import json
from pathlib import Path

import pytest

from rehearsal.scenarios.payloads import NoAlerts, payload_file

REAL = Path(__file__).parents[2] / "web" / "alerts" / "payloads"


@pytest.mark.parametrize("file", sorted(REAL.glob("*.json")), ids=lambda file: file.stem)
def test_a_post_of_a_real_alertmanager_is_recognised(file: Path) -> None:
    """It is one group with all of its alerts."""
    payload = payload_file(file)
    (group,) = payload.groups
    assert payload.source == "alertmanager"
    assert len(group.alerts) == len(json.loads(file.read_text())["alerts"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is in no known format of alerts; there are: Alertmanager's webhook"),
        ('{"version": "1", "groupKey": "k"}', "is in no known format"),
        (
            '{"version": "4", "groupKey": "k", "alerts": [{"status": "firing"}]}',
            "is not valid as Alertmanager's webhook, version 4: alerts.0.startsAt: Field required",
        ),
        (" " * (4 * 1024 * 1024 + 1), "is larger than 4096 KiB"),
    ],
)
def test_a_file_without_alerts_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    """It also says what would be right."""
    file = tmp_path / "alert.json"
    file.write_text(text)
    with pytest.raises(NoAlerts) as error:
        payload_file(file)
    assert words in str(error.value)
    with pytest.raises(NoAlerts, match="cannot be read"):
        payload_file(tmp_path / "nowhere.json")

"""The life of an incident in docs/api.md is one that somebody can type."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from runtime.settings import ROOT
from runtime.tokens import TokenSettings
from tests.patience import PATIENCE_SECONDS
from tests.scenarios.siren import Siren
from tests.web.serving import serving
from web.app import create_app

SECRET = "ana-secret-0123456789"
SECTION = (ROOT / "docs" / "api.md").read_text().split("\n## A whole life\n")[1].split("\n## ")[0]


def blocks(language: str) -> Iterator[str]:
    """The blocks of the section in a language."""
    yield from re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)


def documents(text: str) -> list[Any]:
    """The JSON documents that stand one after the other, without what each run has of its own."""
    text = re.sub(r"INC-\w+-\w+|\d{4}-\d{2}-\d{2}T[0-9:.]+Z", "...", text)
    decoder, found = json.JSONDecoder(), []
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:]
    return found


async def test_the_documented_life_can_be_typed(siren: Siren) -> None:
    """Every answer that the document shows is one that was given. It takes curl."""
    shutil.copy(ROOT / "policies" / "default.yaml", siren.policy)
    token = TokenSettings(
        hash=sha256(SECRET.encode()).hexdigest(), owner="ana", scopes=("report", "read", "command")
    )
    app = create_app(
        siren.client,
        policy_file=siren.policy,
        documents=siren.policy.parent,
        task_queue=siren.task_queue,
        tokens={"ana": token.token("ana")},
    )
    async with siren.worker(), serving(app) as served:
        script = "\n".join(blocks("sh")).replace("127.0.0.1:8000", f"127.0.0.1:{served.port}")
        script = script.replace("ticket-4711", siren.task_queue)
        shell = await asyncio.create_subprocess_exec(
            *("bash", "-euc", script),
            env={"PATH": os.environ["PATH"], "TOKEN": SECRET},
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, _ = await shell.communicate()
    answered = documents(out.decode())
    refused = [each["detail"] for each in answered if "status" in each]
    assert (len(refused), "confirm_impact" in refused[0]) == (1, True), refused
    assert answered[-1]["state"] == "closed"
    shown = [each for block in blocks("json") for each in documents(block)]
    assert [each for each in shown if each not in answered] == []

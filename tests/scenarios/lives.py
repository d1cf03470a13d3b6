"""Lives of incidents that several scenarios begin with."""

from typing import Any

from models.compiled import CompiledPolicy
from tests.scenarios.stage import Stage
from tests.specimens import POLICY

QUIET = POLICY.changed(audiences=(), clocks=POLICY.clocks[:1])


async def lived(stage: Stage, until: str = "close", policy: CompiledPolicy = POLICY) -> None:
    """A SEV1 from report at 0 to close at 200 minutes, or to an earlier command."""
    script: list[tuple[float, str, dict[str, Any]]] = [
        (3, "acknowledge", {}),
        (6, "set_severity", {"severity": "SEV1"}),
        (10, "begin_diagnosis", {"steps": ["impact"]}),
        (40, "begin_resolution", {"steps": ["cause"]}),
        (50, "mitigate", {}),
        (60, "resolve", {"steps": ["verify"]}),
        (
            150,
            "submit_review",
            {
                "lead": "ana",
                "aspects": {"cause": "a", "response": "b"},
                "lessons": ["watch the memory of the payment service"],
            },
        ),
        (200, "close", {}),
    ]
    await stage.report(policy)
    for at, name, fields in script:
        await stage.at(at)
        await stage.do(name, **fields)
        if name == until:
            return

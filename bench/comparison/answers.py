"""Whether servers give the same answers: the JSON values, and the order of the keys."""

from collections.abc import Mapping
from typing import Any

import httpx

from bench.workloads import Operation, Workload

_SECONDS = 120


class Disagreement(Exception):
    """A server's answer is not ours, or ours is an error; the text says where they differ."""


async def agree(workload: Workload, ours: str, others: Mapping[str, str]) -> None:
    """Ask every server everything; raises Disagreement for the first answer that is not the one of `ours`."""
    async with httpx.AsyncClient(timeout=_SECONDS) as client:
        for number, operation in enumerate(workload.operations):
            expected = await answer(client, ours, operation)
            if not isinstance(expected, dict) or "errors" in expected or not expected.get("data"):
                raise Disagreement(f"virtgraph answers operation {number} of {workload.name} with {expected!r:.500}")
            for name, url in others.items():
                found = await answer(client, url, operation)
                if where := difference(expected, found):
                    raise Disagreement(f"{name} answers operation {number} of {workload.name} otherwise: {where}")


async def answer(client: httpx.AsyncClient, url: str, operation: Operation) -> Any:
    """What a server says: JSON values, or the text that is none."""
    response = await client.post(url, json=operation.request())
    try:
        return response.json()
    except ValueError:
        return response.text


def difference(ours: Any, theirs: Any, path: str = "") -> str:
    """Where and how two JSON values differ; empty where they do not."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if list(ours) != list(theirs):
            return f"at {path or 'the top'} we have the keys {list(ours)}, they have {list(theirs)}"
        return next(filter(None, (difference(ours[key], theirs[key], f"{path}.{key}") for key in ours)), "")
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return f"at {path} we have {len(ours)} items, they have {len(theirs)}"
        pairs = enumerate(zip(ours, theirs, strict=True))
        return next(filter(None, (difference(*pair, f"{path}[{number}]") for number, pair in pairs)), "")
    if type(ours) is not type(theirs) or ours != theirs:
        return f"at {path or 'the top'} we have {ours!r:.200}, they have {theirs!r:.200}"
    return ""

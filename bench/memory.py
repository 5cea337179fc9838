"""What memory an API process takes while a client reads the whole fleet, a page of VMs with their devices at a time."""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.api import Process, api_process
from bench.filling import fill_if_empty
from server.store.connection import connect
from server.store.embedded import EmbeddedMongo

_QUERY = """query($first: Int, $after: String) {
  vms(first: $first, after: $after) {
    pageInfo { endCursor hasNextPage }
    nodes {
      id name uuid state host { name }
      domain { memory { bytes } vcpu { value } }
      devices { __typename id kind alias address { kind } }
      disks { target { dev bus } driver { type cache } source { kind ... on FileDiskSource { file } } serial }
      interfaces { mac { address } model target { dev } }
    }
  }
}"""
_LIMIT_MIB = 300
_SECONDS = 120.0


async def read_all(url: str, page: int, progress: Callable[[int], None]) -> tuple[int, int]:
    """Follow the cursors to the end of the fleet; how many VMs there were, and bytes of answers."""
    vms = size = 0
    after: str | None = None
    async with httpx.AsyncClient(timeout=_SECONDS) as client:
        while True:
            variables = {"first": page, "after": after}
            answer = await client.post(url, json={"query": _QUERY, "variables": variables})
            body = answer.json()
            if "errors" in body:
                raise RuntimeError(f"The API refuses: {body['errors'][0]['message']}")
            found = body["data"]["vms"]
            vms += len(found["nodes"])
            size += len(answer.content)
            progress(vms)
            if not found["pageInfo"]["hasNextPage"]:
                return vms, size
            after = found["pageInfo"]["endCursor"]


async def measured(
    uri: str, database: str, pages: Sequence[int], clients: int, progress: Callable[[str, int], None]
) -> list[dict[str, Any]]:
    """For each size of a page, the most memory that an API process of its own had when clients had read everything."""
    found = []
    for page in pages:
        with tempfile.TemporaryDirectory(prefix="virtgraph-bench-") as directory:
            async with api_process(uri, database, Path(directory)) as (api, url):
                found.append(await _one(api, url, page, clients, progress))
    return found


async def _one(api: Process, url: str, page: int, clients: int, progress: Callable[[str, int], None]) -> dict[str, Any]:
    idle, begun = api.resident_kib(), time.monotonic()
    done = [0] * clients

    async def client(number: int) -> tuple[int, int]:
        def told(vms: int) -> None:
            done[number] = vms
            progress(f"Pages of {page}", sum(done))

        return await read_all(url, page, told)

    answers = await asyncio.gather(*map(client, range(clients)))
    took = time.monotonic() - begun
    return {
        "page": page,
        "clients": clients,
        "vms": answers[0][0],
        "answer_mib": round(sum(size for _, size in answers) / 2**20, 1),
        "idle_mib": round(idle / 1024, 1),
        "peak_mib": round(api.peak_kib() / 1024, 1),
        "after_mib": round(api.resident_kib() / 1024, 1),
        "limit_mib": _LIMIT_MIB,
        "vms_per_second": round(sum(vms for vms, _ in answers) / took),
    }


async def _run(options: argparse.Namespace) -> list[dict[str, Any]]:
    async with AsyncExitStack() as stack:
        shown = stack.enter_context(Progress(console=Console(stderr=True)))
        mongo = await stack.enter_async_context(EmbeddedMongo(options.directory))
        store = await connect(mongo.uri, "virtgraph")
        stack.push_async_callback(store.close)
        filling = shown.add_task("Filling", total=options.vms)
        await fill_if_empty(store, options.vms, lambda done, _: shown.update(filling, completed=done))
        shown.remove_task(filling)
        total = options.clients * await store.vms.count_documents({}, hint=[("_id", 1)])
        task = shown.add_task("Reading", total=total)

        def progress(what: str, done: int) -> None:
            shown.update(task, description=what, completed=done)

        return await measured(mongo.uri, "virtgraph", options.page, options.clients, progress)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--vms", type=int, default=100_000, help="VMs of the fleet (100000)")
    parser.add_argument("--page", type=int, nargs="*", default=[100, 500], help="VMs of a page (100 500)")
    parser.add_argument("--clients", type=int, default=1, help="how many read at the same time (1)")
    parser.add_argument(
        "--directory", type=Path, help="where the fleet is kept for the next time, filled where there is none"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="virtgraph-bench-") as directory:
        options.directory = options.directory or Path(directory)
        found = asyncio.run(_run(options))
    if options.json:
        print(json.dumps({"reads": found}))
        return
    table = Table(*found[0], title="Memory of one API process")
    for one in found:
        table.add_row(*(f"{value:,}" for value in one.values()))
    Console().print(table)


if __name__ == "__main__":
    main()

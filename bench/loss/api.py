"""The API processes behind their imaginary load balancer: started, killed, asked."""

import asyncio
import itertools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from bench.loss.processes import VIRTGRAPH, Supervised, virtgraph_environment

Json = dict[str, Any]

_VMS = """
query Vms($after: String) {
  vms(first: 200, after: $after) {
    nodes {
      id uuid name revision state
      host { name }
      ...Facts
      persistentDefinition { ...NextFacts }
    }
    pageInfo { hasNextPage endCursor }
  }
}
fragment Facts on VirtualMachine {
  domain { title memory { value } vcpu { value } }
  disks { target { dev } driver { cache } source { ... on FileDiskSource { file } } }
}
fragment NextFacts on PersistentDefinition {
  domain { title memory { value } vcpu { value } }
  disks { target { dev } driver { cache } source { ... on FileDiskSource { file } } }
}
"""


class Unanswered(Exception):
    """An API did not give data; the text says why."""


class Api(Supervised):
    """One `virtgraph serve --no-collector`; each run has another port."""

    def __init__(
        self,
        name: str,
        mongodb_uri: str,
        directory: Path,
        restart_after: Callable[[], float],
        *options: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        command = [*VIRTGRAPH, "serve", "--no-collector", "--port", "0", "--mongodb-uri", mongodb_uri, *options]
        super().__init__(
            name,
            command,
            directory / f"{name}.log",
            restart_after=restart_after,
            environment=virtgraph_environment() | dict(environment or {}),
        )

    @property
    def address(self) -> str | None:
        """`http://127.0.0.1:PORT` once it listens; None while it does not."""
        if not self.running:
            return None
        found = re.search(r"virtgraph answers at (http://\S+)/graphql", self.said)
        return found[1] if found else None

    async def query(self, text: str, variables: Json | None = None) -> Json:
        """The data of an answer without errors; raises `Unanswered`."""
        if not (address := self.address):
            raise Unanswered(f"{self.name} is not there")
        try:
            async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as http:
                response = await http.post("/graphql", json={"query": text, "variables": variables or {}})
                body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unanswered(f"{self.name}: {error!r}") from error
        if body.get("errors") or not body.get("data"):
            raise Unanswered(f"{self.name}: {body.get('errors')}")
        data: Json = body["data"]
        return data

    async def cursor(self) -> str:
        """The feed's cursor of now."""
        cursor: str = (await self.query("{ changeCursor }"))["changeCursor"]
        return cursor

    async def vms(self) -> list[Json]:
        """Every VM with what the ledger knows of, and its revision."""
        found: list[Json] = []
        after = None
        while True:
            page = (await self.query(_VMS, {"after": after}))["vms"]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]


class Balancer:
    """Gives each who asks the next API that listens, in turn."""

    def __init__(self, apis: list[Api]) -> None:
        self._turn = itertools.cycle(apis)
        self._count = len(apis)

    def address(self) -> str | None:
        """Where to connect now; None while no API listens."""
        for _ in range(self._count):
            if address := next(self._turn).address:
                return address
        return None


async def answered(asking: Callable[[], Any], seconds: float) -> Any:
    """Ask until there is an answer; after so many seconds, `Unanswered`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        try:
            return await asking()
        except Unanswered:
            if loop.time() > deadline:
                raise
            await asyncio.sleep(0.2)

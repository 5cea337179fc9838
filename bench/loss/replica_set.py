"""A replica set of real mongods on loopback, of which one at a time may be killed."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from bench.loss.processes import Supervised, until
from server.store.mongod import find_mongod

Document = dict[str, Any]

NAME = "loss"
ELECTION_MILLISECONDS = 2000
OPLOG_MEGABYTES = 256
CACHE_GIGABYTES = 0.25
START_SECONDS = 30

_ANSWER_MILLISECONDS = 1000
_READY = frozenset({"PRIMARY", "SECONDARY"})


class Member(Supervised):
    """One mongod of the set, with a client that speaks to it alone."""

    def __init__(self, binary: Path, directory: Path, port: int, restart_after: Callable[[], float]) -> None:
        data = directory / "data"
        data.mkdir(parents=True)
        command = [
            *(str(binary), "--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"),
            *("--replSet", NAME, "--oplogSize", str(OPLOG_MEGABYTES), "--quiet"),
            *("--wiredTigerCacheSizeGB", str(CACHE_GIGABYTES)),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ]
        super().__init__(f"mongod-{port}", command, directory / "log", restart_after=restart_after)
        self.address = f"127.0.0.1:{port}"
        self.client: AsyncMongoClient[Document] = AsyncMongoClient(
            self.address,
            directConnection=True,
            serverSelectionTimeoutMS=_ANSWER_MILLISECONDS,
            socketTimeoutMS=_ANSWER_MILLISECONDS,
            connectTimeoutMS=_ANSWER_MILLISECONDS,
        )

    async def role(self) -> str | None:
        """`PRIMARY`, `SECONDARY` or None where it is neither, or does not answer."""
        try:
            hello = await self.client.admin.command("hello")
        except PyMongoError:
            return None
        if hello.get("isWritablePrimary"):
            return "PRIMARY"
        return "SECONDARY" if hello.get("secondary") else None


class ReplicaSet:
    """Three members that elect a primary; `uri` names them all.

    `restart_after` says how many seconds a killed member stays away.
    """

    def __init__(self, directory: Path, restart_after: Callable[[], float]) -> None:
        binary = find_mongod()
        self.members = [
            Member(binary, directory / f"mongod-{port}", port, restart_after) for port in _free_ports(count=3)
        ]
        self.uri = f"mongodb://{','.join(member.address for member in self.members)}/?replicaSet={NAME}"

    async def __aenter__(self) -> Self:
        try:
            for member in self.members:
                await member.start()
            await self._initiate()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every member."""
        for member in self.members:
            # First the client, or it would be left with a connection that was never made.
            await member.client.close()
            await member.stop()

    async def primary(self) -> Member | None:
        """The member that takes writes now."""
        for member in self.members:
            if member.running and await member.role() == "PRIMARY":
                return member
        return None

    async def whole(self) -> bool:
        """Whether every member is the primary or follows it: one may be taken away without stopping the set."""
        roles = await asyncio.gather(*(member.role() for member in self.members))
        return roles.count("PRIMARY") == 1 and _READY.issuperset(roles)

    async def until_whole(self, seconds: float) -> None:
        """Wait until the set is whole; raises `TimeoutError`."""
        await until(self.whole, "every member of the replica set is there", seconds)

    async def _initiate(self) -> None:
        members = [{"_id": number, "host": member.address} for number, member in enumerate(self.members)]
        config = {"_id": NAME, "members": members, "settings": {"electionTimeoutMillis": ELECTION_MILLISECONDS}}
        for member in self.members:
            await until(partial(_answers, member), f"{member.name} answers", START_SECONDS)
        # It answers when every member has agreed, which may take longer than a usual answer.
        async with AsyncMongoClient[Document](self.members[0].address, directConnection=True) as client:
            await client.admin.command("replSetInitiate", config)
        await self.until_whole(START_SECONDS)


async def _answers(member: Member) -> bool:
    with suppress(PyMongoError):
        await member.client.admin.command("ping")
        return True
    return False


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports

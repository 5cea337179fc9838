"""Every read of resources, attachments and conflicts says clearly why MongoDB did not answer it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from loaders import RequestLoaders
from loaders.errors import ReadFailed
from schema.changes.condition import ChangeCondition
from schema.graph.context import AttachmentRequest, LinkRequest, Resources, StoredPath
from tests.schema.graph.api import Api, open_api
from tests.server.store.conftest import PlainMongod, plain_mongod

__all__ = ["plain_mongod"]

KEY = "path|kvm|/a"
VM = {
    "_id": "kvm/a",
    "uuid": "a",
    "attachments": [{"key": KEY, "role": "disk-file", "access": "WRITE"}],
}
READS: dict[str, Callable[[RequestLoaders], Any]] = {
    "by_id": lambda loaders: loaders.resources.by_id("kvm/NETWORK/a", None),
    "by_key": lambda loaders: loaders.resources.by_key(KEY, None),
    "page": lambda loaders: loaders.resources.page(None, None, None, 5, None, None),
    "count": lambda loaders: loaders.resources.count("NETWORK", None, "kvm"),
    "naming": lambda loaders: loaders.resources.naming([KEY], LinkRequest(5)),
    "backing_chain": lambda loaders: loaders.resources.backing_chain("kvm/STORAGE_VOLUME/a", None),
    "unused": lambda loaders: loaders.resources.unused("kvm", "pci", 5, None, None),
    "attachments": lambda loaders: loaders.resources.attachments([[KEY]], AttachmentRequest(5)),
    "attachments of few": lambda loaders: loaders.resources.attachments(
        [[KEY]], AttachmentRequest(5, vm_paths=frozenset({"name"}))
    ),
    "attachments on storage that hosts share": lambda loaders: loaders.resources.attachments(
        [["network-volume||rbd://mon/a"]], AttachmentRequest(5)
    ),
    "attachment_count": lambda loaders: loaders.resources.attachment_count([KEY], None),
    "neighbours": lambda loaders: loaders.resources.neighbours(VM, None, 5, None, None),
    "neighbours in a role": lambda loaders: loaders.resources.neighbours(VM, frozenset({"disk-file"}), 5, None, None),
    "by_keys": lambda loaders: loaders.resources.by_keys([None, KEY], None),
    "vms_named": lambda loaders: loaders.resources.vms_named(["domain|kvm|a"], None),
    "hosts_of": lambda loaders: loaders.hosts_of([{"hostId": "kvm"}]),
    "referenced_page": lambda loaders: loaders.resources.referenced_page("NETWORK", None, None, 5, None),
    "referenced_count": lambda loaders: loaders.resources.referenced_count("UNIX_SOCKET", None, "kvm"),
    "conflicts": lambda loaders: loaders.conflicts.page(None, None, 5, None),
    "conflicts of a VM": lambda loaders: loaders.conflicts.of_vm(VM),
    "search": lambda loaders: loaders.search.hits("web", 5, None),
    "history": lambda loaders: loaders.history.page(
        ChangeCondition(), None, None, newest_first=True, limit=5, after=None
    ),
    "history of a VM": lambda loaders: loaders.history.of("kvm/a", "disk/vda", 5, None),
    "a VM of the past": lambda loaders: loaders.history.vm_at("kvm/a", datetime.now(UTC)),
    "fleet": lambda loaders: loaders.fleet.groups(StoredPath("state"), None, 5, None),
}
every_read = pytest.mark.parametrize("read", READS.values(), ids=READS)


@pytest.fixture
async def slow(plain_mongod: PlainMongod) -> AsyncIterator[Api]:
    """A MongoDB to which all its time is up as soon as a read begins."""
    async with (
        plain_mongod("--setParameter", "enableTestCommands=1") as port,
        open_api(f"mongodb://127.0.0.1:{port}", prepared=False) as api,
    ):
        for collection in ("vms", "hosts", "resources", "definitions", "changes", "history"):
            await api.store.database[collection].insert_one({"_id": "any"})
        up = {"configureFailPoint": "maxTimeAlwaysTimeOut", "mode": "alwaysOn"}
        await api.store.database.client.admin.command(up)
        yield api


async def test_a_read_that_takes_too_long_says_what_to_do(slow: Api) -> None:
    for read in READS.values():
        with pytest.raises(ReadFailed, match="longer than the setting query_seconds allows: narrow the filter"):
            await read(RequestLoaders(slow.store.database, seconds=5))


@every_read
async def test_a_mongodb_that_is_gone_is_said_so(read: Callable[[RequestLoaders], Any]) -> None:
    async with open_api("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50", prepared=False) as api:
        with pytest.raises(ReadFailed, match=r"MongoDB does not answer; try again in a moment\."):
            await read(RequestLoaders(api.store.database, seconds=1))


@pytest.mark.parametrize(
    "selection",
    [
        "resources { nodes { id } }", "resources { totalCount }", "conflicts { nodes { kind } }",
        "resources(kind: UNIX_SOCKET) { nodes { id } }", "resources(kind: UNIX_SOCKET) { totalCount }",
        'resource(id: "WyJSZXNvdXJjZSIsImEiXQ") { id }', 'node(id: "WyJSZXNvdXJjZSIsImEiXQ") { id }',
        'node(id: "WyJEZXZpY2UiLCJhIiwiYiIsImRlZmluaXRpb24iXQ") { id }', 'search(text: "web") { nodes { __typename } }',
    ],
)  # fmt: skip
async def test_a_query_gets_the_reason(selection: str) -> None:
    async with open_api("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50", prepared=False) as api:
        result = await api.schema.execute(f"{{ {selection} }}", context_value=api.context())
        assert result.errors is not None
        assert {error.message for error in result.errors} == {"MongoDB does not answer; try again in a moment."}


def test_there_is_a_read_for_each_method() -> None:
    promised = {name for name in vars(Resources) if not name.startswith("_")}
    assert promised - {name.partition(" ")[0] for name in READS} == set()

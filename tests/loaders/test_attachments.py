"""Who is attached to what, by one plain read or by a join: both find the same, whatever else is asked for."""

from collections.abc import AsyncIterator, Sequence

import pytest

from loaders import RequestLoaders
from schema.graph.context import AttachmentRequest, Page, Paths
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import Api, open_api

OWN = ("path|h|/x", "volume|h|one/x")
"""The keys of a volume that another one of its host has a path in common with."""
SHARED = ("network-volume||rbd://m/c", "volume|h|ceph/c")
"""Those of a volume that is another one of another host, too."""
VOLUMES = [OWN, ("path|h|/x", "volume|h|two/x"), SHARED, ("network-volume||rbd://m/c", "volume|g|ceph/c")]
NAMED = ["path|h|/x", "volume|h|two/x", "volume|g|ceph/c", "network-volume||rbd://m/c", "volume|h|ceph/c"]
"""What VMs name, one each, two of them twice."""

plain_or_join = pytest.mark.parametrize("paths", [frozenset({"name"}), None], ids=["plain", "join"])


@pytest.fixture
async def named(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """VMs that name volumes in different ways."""
    async with open_api(mongo.uri, prepared=False) as api:
        volumes = [
            {"_id": f"volume-{number}", "hostId": "h", "kind": "STORAGE_VOLUME", "label": "x", "keys": list(keys)}
            for number, keys in enumerate(VOLUMES)
        ]
        await api.store.database["resources"].insert_many(volumes)
        vms = [
            {
                "_id": f"vm-{number}",
                "name": f"web-{number}",
                "attachments": [
                    {"device": device, "role": "disk-file", "key": key, "access": "READ"} for device in ("b", "a")
                ],
            }
            for number, key in enumerate(NAMED)
        ]
        await api.store.database["vms"].insert_many(vms)
        yield api


def attached(pages: Sequence[Page]) -> list[list[str]]:
    return [[f"{one['vm']['name']} {one['device']}" for one in page.documents] for page in pages]


@plain_or_join
async def test_only_on_shared_storage_other_names_count(named: Api, paths: Paths) -> None:
    own = ["web-0 a", "web-0 b"]
    shared = ["web-2 a", "web-2 b", "web-3 a", "web-3 b", "web-4 a", "web-4 b"]
    loaders = RequestLoaders(named.store.database, 10)
    request = AttachmentRequest(10, vm_paths=paths)
    assert attached(await loaders.resources.attachments([OWN], request)) == [own]
    loaders = RequestLoaders(named.store.database, 10)
    assert attached(await loaders.resources.attachments([OWN, SHARED, ()], request)) == [own, shared, []]
    assert await loaders.resources.attachment_count(OWN, None) == len(own)
    assert await loaders.resources.attachment_count(SHARED, None) == len(shared)


@plain_or_join
async def test_pages_and_roles(named: Api, paths: Paths) -> None:
    loaders = RequestLoaders(named.store.database, 10)
    (page,) = await loaders.resources.attachments([SHARED], AttachmentRequest(3, vm_paths=paths))
    assert (attached([page]), page.has_next) == ([["web-2 a", "web-2 b", "web-3 a"]], True)
    rest = AttachmentRequest(10, page.cursor(-1), vm_paths=paths)
    assert attached(await loaders.resources.attachments([SHARED], rest)) == [["web-3 b", "web-4 a", "web-4 b"]]
    none = AttachmentRequest(10, roles=frozenset({"disk-block"}), vm_paths=paths)
    assert attached(await loaders.resources.attachments([SHARED], none)) == [[]]


async def test_volumes_that_were_read_by_their_keys_are_not_read_again(named: Api) -> None:
    loaders = RequestLoaders(named.store.database, 10)
    (volume,) = await loaders.resources.by_keys([SHARED[0]], None)
    assert volume is not None
    named.sent.reads.clear()
    request = AttachmentRequest(10, vm_paths=frozenset({"name"}))
    (page,) = await loaders.resources.attachments([volume["keys"]], request)
    assert len(page.documents) == 6
    assert named.sent.summary() == ["find vms"]

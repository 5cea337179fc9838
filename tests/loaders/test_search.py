"""`search`: what MongoDB finds is what a plain reading of the answers finds, a page at a time, out of an index."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLSchema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.collector.inventory import Observation, ResourceObservation
from tests.loaders.judge import answers_query
from tests.schema.graph.api import Api

SEARCH = """query($text: String!, $first: Int, $after: String) { search(text: $text, first: $first, after: $after) {
  edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor }
  nodes { field value exact node { __typename id ... on VirtualMachine { name } ... on Device { alias vm { name } }
    ... on Resource { kind called: name } } }
} }"""

VM_FIELDS = ("name", "uuid", "domain.title")
DEVICE_FIELDS = (
    "disks.alias", "disks.serial", "disks.wwn", "disks.source.file", "disks.source.dev", "disks.source.name",
    "disks.source.volume", "disks.backingStores.source.file", "interfaces.alias", "interfaces.mac.address",
    "interfaces.target.dev", "interfaces.ips.address", "graphics.listens.address", "graphics.listens.socket",
    "hostdevs.source.uuid", "hostdevs.source.address", "serials.source.path", "channels.source.path",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A text of an answer, and the ways in which it can be searched for."""

    id: str
    field: str
    value: str
    spellings: tuple[str, ...]

    def sorted_at(self, text: str) -> str | None:
        return min((one for one in self.spellings if one.startswith(text)), default=None)


def fold(text: str) -> str:
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold()).strip()


def spellings(text: str) -> tuple[str, ...]:
    found = [text, text.rstrip("/").split("/")[-1]]
    if len(text) == 17 and text[2::3] == ":::::":
        found.append(text.replace(":", "-"))
    if len(text) == 12 and text[4] == ":" and text[-2] == ".":
        found.append(text[5:])
    return tuple(one for one in map(fold, found) if one)


def at(value: Any, path: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from at(item, path)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        if not path and "text" in value and "slot" in value:
            yield value["text"]
        elif path and value.get(path[0]) is not None:
            yield from at(value[path[0]], path[1:])


@pytest.fixture(scope="module")
async def known(fleet: Api, graphql_schema: GraphQLSchema) -> list[Known]:
    """What can be found of the fleet in the fields above."""
    found: dict[Known, None] = {}
    after = None
    while (page := (await fleet.data(answers_query(graphql_schema), after=after))["vms"])["nodes"]:
        for vm in page["nodes"]:
            for field in VM_FIELDS:
                found |= {Known(vm["id"], field, one, spellings(one)): None for one in at(vm, field.split("."))}
            for field in DEVICE_FIELDS:
                array, *path = field.split(".")
                for device in vm[array]:
                    found |= {Known(device["id"], field, one, spellings(one)): None for one in at(device, path)}
        after = page["pageInfo"]["endCursor"]
    assert Counter(one.field for one in found).keys() >= {*VM_FIELDS, "disks.source.file", "hostdevs.source.address"}
    return list(found)


async def search(api: Api, text: str, size: int = 500) -> list[Any]:
    """All hits, a page at a time."""
    found: list[Any] = []
    after = None
    while True:
        page = (await api.data(SEARCH, text=text, first=size, after=after))["search"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert len(page["edges"]) == len(page["nodes"]) <= size
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        assert len(page["nodes"]) == size


async def check(api: Api, known: list[Known], text: str, size: int) -> int:
    looked_up = fold(text)
    hits = await search(api, text, size)
    mine = {(one.id, one.field, one.value): one for one in known if one.sorted_at(looked_up) is not None}
    found = [(hit["node"]["id"], hit["field"], hit["value"]) for hit in hits]
    assert len(set(found)) == len(found)
    judged = [key for key in found if key[1] in {*VM_FIELDS, *DEVICE_FIELDS}]
    assert set(judged) == set(mine)
    places = [mine[key].sorted_at(looked_up) for key in judged]
    assert places == sorted(places)  # type: ignore[type-var]
    exact = [hit["exact"] for hit in hits]
    assert exact == sorted(exact, reverse=True)
    assert all(
        hit["exact"] is (looked_up in mine[key].spellings) for hit, key in zip(hits, found, strict=True) if key in mine
    )
    return len(mine)


@pytest.fixture(scope="module")
def sizes() -> Iterator[Counter[bool]]:
    """Whether the drawn texts found something: a judge that only sees empty answers proves little."""
    counted: Counter[bool] = Counter()
    yield counted
    assert counted[True] > 0.3 * counted.total(), counted


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_any_text_finds_what_a_plain_reading_finds(
    fleet: Api, known: list[Known], sizes: Counter[bool], data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from([one for known_one in known for one in known_one.spellings]))
    text = whole[: data.draw(st.sampled_from([3, 5, 8, 13, 21, len(whole)]))]
    text = data.draw(st.sampled_from([text, text.upper(), f" {text}\t", f"{text}.*", f"{text}x"]))
    text = text if len(text) < 256 else text[:200]
    sizes[await check(fleet, known, text, data.draw(st.sampled_from([7, 50, 500]))) > 0] += 1


async def test_one_letter_finds_all_that_begin_with_it(fleet: Api, known: list[Known]) -> None:
    assert await check(fleet, known, "/", 40) > 40


def vm(name: str, devices: str = "") -> Observation:
    return Observation(name[:50], "RUNNING", f"<domain><name>{name}</name><devices>{devices}</devices></domain>")


def shown(hits: list[Any]) -> list[tuple[str, str, str, bool]]:
    return [(hit["node"]["__typename"], hit["field"], hit["value"], hit["exact"]) for hit in hits]


async def values(api: Api, text: str) -> list[str]:
    return [hit["value"] for hit in await search(api, text)]


async def test_devices_are_found_by_what_they_are_made_of(api: Api) -> None:
    devices = """
      <disk type='nvme'>
        <source type='pci' namespace='1'><address domain='0x0' bus='0x42' slot='0' function='0'/></source>
        <serial>WD-12</serial><wwn>5000c50015ea71aa</wwn></disk>
      <interface type='network'><mac address='52:54:00:AB:cd:ef'/><target dev='vnet7'/>
        <ip address='10.1.2.3'/><alias name='net0'/></interface>
      <graphics type='vnc'><listen type='address' address='192.0.2.7'/></graphics>
      <hostdev type='pci'><source><address domain='0x0000' bus='0x41' slot='0x00' function='0x0'/></source></hostdev>
      <hostdev type='mdev'><source><address uuid='C2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>
    """
    await api.inventory.vms_observed("host", [vm("a", devices)])
    mac, mdev = "52:54:00:AB:cd:ef", "C2177883-f1bb-47f0-914d-32a22e3a8804"
    for text, kind, field, value in (
        ("0000:41:00.0", "Hostdev", "hostdevs.source.address", "0000:41:00.0"),
        ("41:00.0", "Hostdev", "hostdevs.source.address", "0000:41:00.0"),
        ("42:00.0", "Disk", "disks.source.address", "0000:42:00.0"),
        ("wd-12", "Disk", "disks.serial", "WD-12"),
        ("5000C50015EA71AA", "Disk", "disks.wwn", "5000c50015ea71aa"),
        ("52-54-00-ab-CD-ef", "Interface", "interfaces.mac.address", mac),
        (mac, "Interface", "interfaces.mac.address", mac),
        ("vnet7", "Interface", "interfaces.target.dev", "vnet7"),
        ("net0", "Interface", "interfaces.alias", "net0"),
        ("10.1.2.3", "Interface", "interfaces.ips.address", "10.1.2.3"),
        ("192.0.2.7", "Graphics", "graphics.listens.address", "192.0.2.7"),
        (mdev.lower(), "Hostdev", "hostdevs.source.uuid", mdev),
    ):
        assert shown(await search(api, text)) == [(kind, field, value, True)]
        assert shown(await search(api, text[:-1])) == [(kind, field, value, False)]


async def test_a_text_that_is_found_in_two_spellings_is_one_hit(api: Api) -> None:
    devices = """<disk type='network'><source protocol='rbd' name='web/web.img'/><target dev='a'/></disk>
      <hostdev type='pci'><source><address domain='0' bus='0' slot='0x1f' function='0'/></source></hostdev>"""
    await api.inventory.vms_observed("host", [vm(name, devices) for name in "abc"])
    for size in (1, 2, 500):
        assert [hit["value"] for hit in await search(api, "web", size)] == ["web/web.img"] * 3
        assert [hit["value"] for hit in await search(api, "00", size)] == ["0000:00:1f.0"] * 3


async def test_resources_are_found(api: Api) -> None:
    network = """<network><name>Blue</name><uuid>6f1c2a1e-3b0d-4a53-9a0c-0000000000aa</uuid><bridge name='virbr9'/>
      <ip address='10.9.0.1'><dhcp><host mac='52:54:00:00:00:01' name='kiwi' ip='10.9.0.9'/></dhcp></ip></network>"""
    leases = [{"mac": "52:54:00:00:00:02", "ipAddress": "10.9.0.77", "hostname": "pear"}]
    device = """<device><name>pci_0000_41_00_0</name><capability type='pci'><domain>0</domain><bus>65</bus>
      <slot>0</slot><function>0</function></capability></device>"""
    pool = "<pool type='dir'><name>images</name><target><path>/srv/images</path></target></pool>"
    for scope, kind, xml, facts in (
        ("networks", "NETWORK", network, {"active": True, "leases": leases}),
        ("node-devices", "NODE_DEVICE", device, {}),
        ("pools", "STORAGE_POOL", pool, {}),
        ("secrets", "SECRET", "<not", {}),
    ):
        await api.inventory.resources_observed("host", scope, [ResourceObservation(kind, "Key-1", xml, facts)])
    for text, kind, field, value in (
        ("blue", "Network", "name", "Blue"),
        ("6F1C2A1E-3B0D", "Network", "uuid", "6f1c2a1e-3b0d-4a53-9a0c-0000000000aa"),
        ("virbr9", "Network", "bridge.name", "virbr9"),
        ("10.9.0.9", "Network", "ips.dhcp.hosts.ip", "10.9.0.9"),
        ("52:54:00:00:00:01", "Network", "ips.dhcp.hosts.mac", "52:54:00:00:00:01"),
        ("52-54-00-00-00-02", "Network", "dhcpLeases.mac", "52:54:00:00:00:02"),
        ("10.9.0.77", "Network", "dhcpLeases.ipAddress", "10.9.0.77"),
        ("pci_0000_41", "NodeDevice", "name", "pci_0000_41_00_0"),
        ("0000:41:00.0", "NodeDevice", "capabilities", "0000:41:00.0"),
        ("/srv/images", "StoragePool", "target.path", "/srv/images"),
        ("key-1", "Secret", "name", "Key-1"),
    ):
        (hit,) = await search(api, text)
        assert (hit["node"]["__typename"], hit["field"], hit["value"]) == (kind, field, value)
    assert {hit["node"]["__typename"] for hit in await search(api, "images")} == {"StoragePool"}


async def test_vms_whose_definition_is_refused_are_found_by_name(api: Api) -> None:
    await api.inventory.vms_observed("host", [Observation("k", "SHUTOFF", "<domain><name>Broken</name>")])
    assert shown(await search(api, "broken")) == [("VirtualMachine", "name", "Broken", True)]


async def test_text_is_taken_as_it_is(api: Api) -> None:
    names = [
        "a.c",
        "abc",
        "A.C",
        "^a",
        "a(b",
        "[a-z]",
        "$gt",
        "😀x",
        "straße",
        "ΟΔΟΣΕ",
        "É",
        "e\u0301a",
        "İx",
        "\U0010ffffz",
    ]
    await api.inventory.vms_observed("host", [Observation(str(i), "RUNNING", vm(n).xml) for i, n in enumerate(names)])
    assert sorted(await values(api, "a.c")) == ["A.C", "a.c"]
    assert await values(api, ".") == []
    assert await values(api, "^a") == ["^a"]
    assert await values(api, "a(") == ["a(b"]
    assert await values(api, "[a-z]") == ["[a-z]"]
    assert await values(api, "$g") == ["$gt"]
    assert await values(api, "😀") == ["😀x"]
    assert await values(api, "STRASS") == ["straße"]
    assert await values(api, "οδος") == ["ΟΔΟΣΕ"]
    assert sorted(await values(api, "é")) == sorted(["É", "e\u0301a"])
    assert await values(api, "i\u0307") == ["İx"]
    assert await values(api, "\U0010ffff") == ["\U0010ffffz"]
    assert await values(api, "\ud7ff") == []


async def test_huge_texts_are_found_by_what_they_begin_with(api: Api) -> None:
    long = "x" * 300 + "y" * 200_000
    await api.inventory.vms_observed("host", [vm(long), vm("ß" * 200)])
    (hit,) = await search(api, "x" * 255)
    assert (hit["value"], hit["exact"]) == (long[:1023] + "…", False)
    (hit,) = await search(api, "s" * 255)
    assert (hit["value"], hit["exact"]) == ("ß" * 200, False)


async def test_a_vm_of_very_many_devices_is_found_by_its_first(api: Api) -> None:
    disks = "".join(f"<disk type='file'><source file='/images/{n:05}.img'/></disk>" for n in range(5000))
    await api.inventory.vms_observed("host", [vm("many", disks)])
    assert (await search(api, "many"))[0]["exact"]
    assert len(await search(api, "/images/")) == 1999
    assert await search(api, "00001.img") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "`text` is empty: give at least one character to search for."),
        (" \t\n", "`text` is empty: give at least one character to search for."),
        ("x" * 256, "`text` takes at most 255 characters."),
        ("ß" * 128, "`text` takes at most 255 characters."),
        ("x" * 1_000_000, "`text` takes at most 255 characters."),
        ("\ud800", "`text` is not valid Unicode."),
    ],
    ids=["empty", "spaces", "long", "folded", "huge", "unicode"],
)
async def test_texts_that_nobody_can_search_for(fleet: Api, text: str, message: str) -> None:
    assert await fleet.refusal(SEARCH, text=text) == message


async def test_cursors_are_those_of_the_same_search(fleet: Api) -> None:
    cursor = (await fleet.data(SEARCH, text="web", first=1))["search"]["edges"][0]["cursor"]
    for text, after in (("db", cursor), ("web", "x"), ("web", "WyJzZWFyY2giXQ")):
        assert await fleet.refusal(SEARCH, text=text, after=after) == "The cursor is not one of this list."
    assert (
        await fleet.refusal(SEARCH, text="web", first=501)
        == "A page holds 0 to 500 items, not 501; read on with `after`."
    )
    assert (await fleet.data(SEARCH, text="web", first=0))["search"]["nodes"] == []


async def test_pages_while_vms_come_and_go(api: Api) -> None:
    await api.inventory.vms_observed("host", [vm(f"vm-{number:03}") for number in range(0, 100, 2)])
    page = (await api.data(SEARCH, text="vm-", first=20))["search"]
    assert [hit["value"] for hit in page["nodes"]][-1] == "vm-038"
    await api.inventory.vms_vanished("host", ["vm-038", "vm-040", "vm-010"])
    await api.inventory.vms_observed("host", [vm("vm-005"), vm("vm-041")])
    page = (await api.data(SEARCH, text="vm-", first=3, after=page["pageInfo"]["endCursor"]))["search"]
    assert [hit["value"] for hit in page["nodes"]] == ["vm-041", "vm-042", "vm-044"]
    assert page["pageInfo"]["hasNextPage"]


async def test_documents_with_several_terms_are_paged_by_their_terms(api: Api) -> None:
    """MongoDB gives a document once; its later terms come where they belong."""
    vms = [vm(f"n{one}", "".join(f"<disk><serial>s{(one * 7 + k * 13) % 50:02}</serial></disk>" for k in range(9)))
           for one in range(12)]  # fmt: skip
    await api.inventory.vms_observed("host", vms)
    whole = [(hit["value"], hit["node"]["id"]) for hit in await search(api, "s")]
    assert len(whole) == 12 * 9
    assert [value for value, _ in whole] == sorted(value for value, _ in whole)
    for size in (1, 2, 5, 11):
        assert [(hit["value"], hit["node"]["id"]) for hit in await search(api, "s", size)] == whole


async def explained(api: Api, collection: str, text: str, **arguments: Any) -> Any:
    await api.data(SEARCH, text=text, **arguments)
    body = next(find for find in api.sent.finds(collection) if "min" in find)
    assert "regex" not in str(body).lower()
    kept = {key: body[key] for key in ("find", "filter", "hint", "min", "max", "projection", "limit")}
    return await api.store.database.command({"explain": kept, "verbosity": "executionStats"})


async def test_a_page_is_read_out_of_the_index(api: Api) -> None:
    await api.inventory.vms_observed(
        "host", [vm(f"vm-{one:04}", "<disk><serial>same</serial></disk>") for one in range(800)]
    )
    secrets = [ResourceObservation("SECRET", f"same-{one:03}", "<") for one in range(300)]
    await api.inventory.resources_observed("host", "secrets", secrets)
    for text in ("vm-", "same"):
        cursors = [edge["cursor"] for edge in (await api.data(SEARCH, text=text, first=400))["search"]["edges"]]
        for after in (None, cursors[-1]):
            for collection in ("vms", "resources"):
                explanation = await explained(api, collection, text, first=20, after=after)
                stages = str(explanation["queryPlanner"]["winningPlan"])
                assert "IXSCAN" in stages
                assert "COLLSCAN" not in stages
                assert "'SORT'" not in stages
                assert explanation["executionStats"]["totalKeysExamined"] <= 25
                assert explanation["executionStats"]["totalDocsExamined"] <= 25


async def test_what_is_selected_is_read(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.projections.FEW_PATHS", 1_000)
    await api.inventory.vms_observed("host", [vm("a-1", "<disk><serial>a-2</serial></disk>")])
    query = """{ search(text: "a-") { edges { node { value node { ... on VirtualMachine { state } } } }
      nodes { node { ... on Disk { serial } } } } }"""
    await api.data(query)
    terms, *reads = api.sent.finds("vms")
    assert terms["projection"].keys() == {"terms"}
    assert [set(read["projection"]) for read in reads if "state" in read["projection"]] == [{"_id", "hostId", "state"}]
    (of_device,) = [read["projection"] for read in reads if "state" not in read["projection"]]
    assert "devices.disks.serial" in of_device
    assert {path for path in of_device if not path.endswith((".id", ".kind"))} == {
        "_id",
        "hostId",
        "devices.disks.serial",
    }
    await api.data('{ search(text: "a-") { nodes { field value exact } } }')
    assert len(api.sent.finds("vms")) == 1

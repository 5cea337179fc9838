"""What hosts say wrongly is shown as what it is: names of nothing, circles, one name twice, XML that is refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.collector.inventory import Observation, ResourceObservation
from server.store.embedded import EmbeddedMongo
from tests.schema.graph.api import FACTS, Api, open_api

WEB = "11111111-0000-4000-8000-000000000001"
OTHER = "11111111-0000-4000-8000-000000000002"
BAD = "11111111-0000-4000-8000-000000000003"
POOL = "22222222-0000-4000-8000-000000000001"


def vm(name: str, uuid: str, devices: str) -> Observation:
    xml = f"<domain type='kvm'><name>{name}</name><uuid>{uuid}</uuid><devices>{devices}</devices></domain>"
    return Observation(uuid, "RUNNING", xml)


def image(target: str, path: str) -> str:
    return f"<disk type='file'><source file='{path}'/><target dev='{target}'/></disk>"


NIC = "<interface type='network'><source network='{}'/><filterref filter='{}'/></interface>"
VMS = [
    vm("web", WEB, image("vda", "/images/a") + image("vdb", "/images/self") + NIC.format("lan", "one")
       + NIC.format("nowhere", "gone") + "<disk type='volume'><source pool='p' volume='v'/><target dev='vdc'/></disk>"
       + "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='9' slot='9' function='9'/></source>"
         "</hostdev>"),
    vm("bare", OTHER, ""),
    Observation(BAD, "RUNNING", f"<domain><name>broken</name><uuid>{BAD}</uuid><devices>"),
]  # fmt: skip


def volume(name: str, base: str | None = None, path: str | None = None) -> ResourceObservation:
    below = f"<backingStore><path>{base}</path></backingStore>" if base else ""
    xml = f"<volume><name>{name}</name>{below}<target><path>{path or f'/images/{name}'}</path></target></volume>"
    return ResourceObservation("STORAGE_VOLUME", f"{POOL}/{name}", xml, {"pool": "images"})


def nwfilter(name: str, *below: str) -> ResourceObservation:
    inner = "".join(f"<filterref filter='{one}'/>" for one in below)
    return ResourceObservation("NWFILTER", name, f"<filter name='{name}'>{inner}</filter>")


def device(name: str, parent: str) -> ResourceObservation:
    return ResourceObservation("NODE_DEVICE", name, f"<device><name>{name}</name><parent>{parent}</parent></device>")


RESOURCES = {
    "pools": [
        ResourceObservation("STORAGE_POOL", POOL, f"<pool type='dir'><name>images</name><uuid>{POOL}</uuid></pool>"),
    ],
    f"volumes/{POOL}": [
        volume("a", "/images/b"), volume("b", "/images/c"), volume("c", "/images/a"), volume("self", "/images/self"),
        volume("into-circle", "/images/a"), volume("dangling", "/images/lost"), volume("a-again", path="/images/a"),
        ResourceObservation("STORAGE_VOLUME", f"{POOL}/torn", "<volume><name>torn</name><target>", {"pool": "images"}),
        ResourceObservation("STORAGE_VOLUME", f"{POOL}/unread", "", {"pool": "images"}, "It went away meanwhile."),
        ResourceObservation("STORAGE_VOLUME", f"{POOL}/liar", "<network><name>liar</name></network>"),
    ],
    "nwfilters": [nwfilter("one", "two"), nwfilter("two", "three", "absent"), nwfilter("three", "one", "three")],
    "networks": [
        ResourceObservation("NETWORK", "lan", "<network><name>lan</name><news/></network>"),
        ResourceObservation("NETWORK", "hostile", "<!DOCTYPE n [<!ENTITY a 'b'>]><network><name>&a;</name></network>"),
        ResourceObservation("NETWORK", "bytes", b"\xff\xfe\x00<network>"),
        ResourceObservation("NETWORK", "no-name", "<network/>"),
    ],
    "node-devices": [
        device("left", "right"), device("right", "left"), device("orphan", "nobody"), device("own", "own"),
    ],
    f"snapshots/{WEB}": [
        ResourceObservation("DOMAIN_SNAPSHOT", f"{WEB}/{name}",
                            f"<domainsnapshot><name>{name}</name><parent><name>{parent}</name></parent></domainsnapshot>",
                            {"domainUuid": WEB})
        for name, parent in (("s1", "s2"), ("s2", "s1"), ("s3", "none"))
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
async def there(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Two hosts with the same that is wrong."""
    async with open_api(mongo.uri) as api:
        for host in ("kvm", "twin"):
            await api.inventory.host_connected(host, f"qemu+ssh://{host}/system", FACTS)
            await api.inventory.vms_observed(host, VMS)
            for scope, seen in RESOURCES.items():
                await api.inventory.resources_observed(host, scope, seen)
        yield api


async def of_kind(api: Api, kind: str, selection: str) -> dict[str | None, Any]:
    """The resources of a kind on the host `kvm`, by name."""
    condition = 'filter: {host: {eq: "kvm"}}'
    data = await api.data(f"{{ resources(kind: {kind}, {condition}) {{ nodes {{ name {selection} }} }} }}")
    return {one["name"]: one for one in data["resources"]["nodes"]}


async def test_chains_that_run_in_circles_end(there: Api) -> None:
    found = await of_kind(there, "STORAGE_VOLUME", """... on StorageVolume {
        backingChain { name } overlays { nodes { name } } }
        references(roles: [HOST_VOL_BACKING]) { resource { __typename name } }""")  # fmt: skip
    chains = {name: [one["name"] for one in volume["backingChain"]] for name, volume in found.items()}
    assert chains["self"] == []
    assert [name for name in chains["into-circle"] if name != "a-again"] == ["a", "b", "c"]
    assert {name for name in chains["b"] if name != "a-again"} == {"a", "c"}
    assert [one["name"] for one in found["self"]["overlays"]["nodes"]] == ["self"]
    assert chains["dangling"] == []
    (lost,) = found["dangling"]["references"]
    assert (lost["resource"]["__typename"], lost["resource"]["name"]) == ("ReferencedResource", "/images/lost")


async def test_filters_and_devices_and_snapshots_may_run_in_circles(there: Api) -> None:
    selection = "references { role resource { __typename name } } referencedBy { nodes { name } }"
    filters = await of_kind(there, "NWFILTER", selection)
    included = {
        name: {(one["resource"]["__typename"], one["resource"]["name"]) for one in each["references"]}
        for name, each in filters.items()
    }
    assert included == {
        "one": {("NwFilter", "two")}, "two": {("NwFilter", "three"), ("ReferencedResource", "absent")},
        "three": {("NwFilter", "one"), ("NwFilter", "three")},
    }  # fmt: skip
    assert [one["name"] for one in filters["three"]["referencedBy"]["nodes"]] == ["three", "two"]
    devices = await of_kind(there, "NODE_DEVICE", selection)
    parents = {
        name: (tie["resource"]["__typename"], tie["resource"]["name"])
        for name, each in devices.items()
        for tie in each["references"]
    }
    assert parents == {
        "left": ("NodeDevice", "right"), "right": ("NodeDevice", "left"), "own": ("NodeDevice", "own"),
        "orphan": ("ReferencedResource", "nobody"),
    }  # fmt: skip
    snapshots = await of_kind(there, "DOMAIN_SNAPSHOT", selection)
    before = {
        name: tie["resource"]["__typename"]
        for name, each in snapshots.items()
        for tie in each["references"]
        if tie["resource"]["name"].endswith(("s1", "s2", "none"))
    }
    assert before == {"s1": "DomainSnapshot", "s2": "DomainSnapshot", "s3": "ReferencedResource"}


async def test_names_of_nothing_say_that_nothing_is_there(there: Api) -> None:
    data = await there.data(
        """{ vms(filter: {name: {eq: "web"}}) { nodes { host { name } attachments {
             resource { __typename kind name host { name } error xml ... on ReferencedResource { missing } } } } } }"""
    )
    for one in data["vms"]["nodes"]:
        named = [tie["resource"] for tie in one["attachments"]]
        gone = {(each["kind"], each["name"]): each.get("missing") for each in named
                if each["__typename"] == "ReferencedResource"}  # fmt: skip
        assert gone[("NETWORK", "nowhere")] is True
        assert gone[("NWFILTER", "gone")] is True
        assert gone[("STORAGE_VOLUME", "p/v")] is True
        assert gone[("NODE_DEVICE", "0000:09:09.9")] is True
        for each in named:
            if each["__typename"] == "ReferencedResource" and each["host"]:
                assert (each["host"], each["error"], each["xml"]) == (one["host"], None, None)


async def test_one_name_on_two_hosts_is_two_things(there: Api) -> None:
    data = await there.data(
        """{ resources(kind: NETWORK, filter: {name: {eq: "lan"}}) { nodes { id host { name }
               attachments { nodes { vm { host { name } } } } } }
             vms(filter: {name: {eq: "web"}}) { nodes { host { name } neighbours { nodes { vm { id } } }
               interfaces { resource { id host { name } } } } } }"""
    )
    networks = data["resources"]["nodes"]
    assert [one["host"]["name"] for one in networks] == ["kvm", "twin"]
    for one in networks:
        assert [tie["vm"]["host"] for tie in one["attachments"]["nodes"]] == [one["host"]]
    for one in data["vms"]["nodes"]:
        assert {each["resource"]["host"]["name"] for each in one["interfaces"]} == {one["host"]["name"]}
        assert one["neighbours"]["nodes"] == []  # images of one path lie on two hosts


async def test_of_two_with_one_path_the_same_one_answers_always(there: Api) -> None:
    """Both are attached to what names the path; asked what it is, it is one of them."""
    query = """{ vms(filter: {name: {eq: "web"}, host: {eq: "kvm"}}) { nodes { disks { resource { id name } } } } }"""
    answers = [(await there.data(query))["vms"]["nodes"][0]["disks"][0]["resource"] for _ in range(3)]
    assert answers[0]["name"] == "a"
    assert answers == [answers[0]] * 3
    found = await of_kind(there, "STORAGE_VOLUME", "attachments { nodes { vm { name } device { id } } }")
    assert found["a"]["attachments"] == found["a-again"]["attachments"]
    assert found["a"]["attachments"]["nodes"][0]["vm"] == {"name": "web"}


async def test_refused_xml_stands_beside_its_reason(there: Api) -> None:
    selection = """error xml untyped active attachments { totalCount nodes { role } } references { role }
        referencedBy { nodes { name } } extra { name }"""
    nothing: dict[str, Any] = {
        "attachments": {"totalCount": 0, "nodes": []}, "references": [], "referencedBy": {"nodes": []}, "extra": [],
        "untyped": [], "active": None,
    }  # fmt: skip
    volumes = await of_kind(there, "STORAGE_VOLUME", selection + " ... on StorageVolume { key pool { name } }")
    networks = await of_kind(there, "NETWORK", selection + " ... on Network { ports { nodes { name } } }")
    for refused, reason, xml in (
        (volumes["torn"], "line 1", "<volume><name>torn</name><target>"),
        (volumes[f"{POOL}/unread"], "It went away meanwhile.", None),
        (volumes["liar"], "The XML describes a NETWORK.", "<network><name>liar</name></network>"),
        (networks["&a;"], "", "<!DOCTYPE n [<!ENTITY a 'b'>]><network><name>&a;</name></network>"),
        (networks["bytes"], "", "\\xff\\xfe\x00<network>"),
    ):
        assert refused["error"]
        assert reason in refused["error"]
        assert refused["xml"] == xml
        assert {key: refused[key] for key in nothing} == nothing
    assert networks[None]["error"] is None  # libvirt would not have it, but it can be read
    assert networks["lan"]["untyped"] == ["network/news"]


async def test_vms_that_say_nothing_share_nothing(there: Api) -> None:
    """A VM without a name of anything, and one whose XML is refused, are no neighbours of those like them."""
    data = await there.data(
        """{ vms(filter: {name: {in: ["bare", "broken"]}}) { nodes { name error attachments { role } links { role }
               neighbours { nodes { vm { name } } } conflicts { kind } referencedBy { nodes { id } }
               dependents { totalCount nodes { role } } deviceTree { nodes { id } } } } }"""
    )
    for one in data["vms"]["nodes"]:
        assert (one["error"] is None) == (one["name"] == "bare")
        assert (one["attachments"], one["neighbours"]["nodes"]) == ([], [])
        assert (one["referencedBy"]["nodes"], one["dependents"]) == ([], {"totalCount": 0, "nodes": []})


async def test_conflicts_tell_of_the_circles_and_the_names_of_nothing(there: Api) -> None:
    data = await there.data(
        '{ conflicts(host: "kvm", first: 100) { nodes { kind resource { name } vms { name } attachments { role } } } }'
    )
    found = {(one["kind"], one["resource"]["name"]) for one in data["conflicts"]["nodes"] if one["resource"]}
    missing = {name for kind, name in found if kind == "MISSING_RESOURCE"}
    assert missing >= {"nowhere", "gone", "p/v", "0000:09:09.9"}
    everywhere = await there.data("{ conflicts(kinds: [CYCLE], first: 100) { nodes { resource { name } } } }")
    assert {one["resource"]["name"] for one in everywhere["conflicts"]["nodes"]} >= {"a", "b", "c", "self"}

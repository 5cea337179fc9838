"""Snapshots and checkpoints: the definition of the VM that they keep, and the time they were made."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import bson
import pytest
import strawberry

import schema
from schema.element import Document
from schema.graph.schema import build_schema
from schema.host.domain_snapshot import DomainSnapshot
from schema.host.saved_domain import saved_definition
from schema.node import parse_node_id
from schema.resource import Resource
from tests.schema.asking import computed
from tests.shared import difference

UUID = "c7a5fdbd-edaf-9455-926a-d65c16db1809"
DOMAIN = f"""<name>guest</name><uuid>{UUID}</uuid><memory unit='KiB'>1024</memory><news/><devices>
  <emulator>/usr/bin/qemu</emulator>
  <disk type='file' device='disk'><source file='/a.img'/><target dev='vda'/></disk>
  <disk type='file' device='disk'><source file='/b.img'/><target dev='vdb'/></disk>
  <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
</devices>"""
SNAPSHOT = f"""<domainsnapshot><name>before</name><state>running</state><creationTime>1272917631</creationTime>
  <parent><name>earlier</name></parent><memory snapshot='external' file='/m.save'/><active>1</active>
  <disks><disk name='vda' snapshot='external'><driver type='qcow2'/><source file='/new.img'/></disk></disks>
  <domain type='kvm'>{DOMAIN}</domain><inactiveDomain type='kvm'>{DOMAIN}</inactiveDomain></domainsnapshot>"""
CHECKPOINT = f"<domaincheckpoint><name>c</name><domain type='kvm'>{DOMAIN}</domain></domaincheckpoint>"
OLD = f"<domainsnapshot><name>old</name><domain><uuid>{UUID}</uuid></domain></domainsnapshot>"


class _Asking(strawberry.Schema):
    """The schema, with a `resource` that the test puts into the context."""

    def __init__(self, *, query: type, **options: Any) -> None:
        @strawberry.type
        class Asked(query):  # type: ignore[misc]
            @strawberry.field(graphql_type=Resource)  # type: ignore[untyped-decorator]
            def resource(self, info: strawberry.Info[Any, Any]) -> Any:
                return info.context.resource

        super().__init__(query=Asked, **options)


@pytest.fixture(scope="module")
def ask() -> Callable[..., Any]:
    """Asks for fields of a stored resource, on a host that has these VMs."""
    asked = build_schema(_Asking)

    async def ask(xml: str, selection: str, vms: dict[str, Document] | None = None, host: str | None = "h") -> Any:
        async def vms_named(keys: Sequence[str | None], _paths: Any) -> list[Document | None]:
            return [None if key is None else (vms or {}).get(key) for key in keys]

        document = bson.decode(bson.encode(schema.resource_from_xml(xml)))
        resource = {"_id": "h/snapshot", **document} | ({"hostId": host} if host else {})
        context = SimpleNamespace(
            resource=resource, selections={}, loaders=SimpleNamespace(resources=SimpleNamespace(vms_named=vms_named))
        )
        result = await asked.execute(f"{{ resource {selection} }}", context_value=context)
        assert result.errors is None
        assert result.data is not None
        return result.data["resource"]

    return ask


@pytest.mark.parametrize("xml", [SNAPSHOT, CHECKPOINT, OLD])
def test_the_xml_comes_back(xml: str) -> None:
    assert difference(xml, schema.resource_to_xml(schema.resource_from_xml(xml))) is None


async def test_the_definition_has_the_fields_of_a_definition(ask: Callable[..., Any]) -> None:
    fields = """name uuid error emulator untyped domain { type memory { bytes } extra { name } } extra { name }
        disks { id summary } devices(kinds: [INTERFACE]) { kind xml } xml"""
    answer = await ask(SNAPSHOT, f"{{ ... on DomainSnapshot {{ definition {{ {fields} }} }} }}")
    definition = answer["definition"]
    xml = definition.pop("xml")
    assert difference(f"<domain type='kvm'>{DOMAIN}</domain>", xml) is None
    ids = [disk.pop("id") for disk in definition["disks"]]
    assert len(set(ids)) == 2
    assert definition == {
        "name": "guest",
        "uuid": UUID,
        "error": None,
        "emulator": "/usr/bin/qemu",
        "untyped": ["domain/news"],
        "domain": {"type": "kvm", "memory": {"bytes": 1048576}, "extra": [{"name": "news"}]},
        "extra": [{"name": "news"}],
        "disks": [{"summary": definition["disks"][0]["summary"]}, {"summary": definition["disks"][1]["summary"]}],
        "devices": [{"kind": "INTERFACE", "xml": definition["devices"][0]["xml"]}],
    }
    assert "52:54:00:00:00:01" in definition["devices"][0]["xml"]


async def test_devices_of_both_definitions_have_ids_of_their_own(ask: Callable[..., Any]) -> None:
    selection = "{ ... on DomainSnapshot { definition { devices { id } } inactiveDefinition { devices { id } } } }"
    answer = await ask(SNAPSHOT, selection)
    ids = [device["id"] for key in ("definition", "inactiveDefinition") for device in answer[key]["devices"]]
    assert [parse_node_id(one) for one in ids] == [
        ("Device", ("h/snapshot", device, key))
        for key in ("definition", "inactiveDefinition")
        for device in ("disk/vda", "disk/vdb", "interface/52:54:00:00:00:01")
    ]


async def test_a_device_knows_the_vm_of_its_snapshot(ask: Callable[..., Any]) -> None:
    vm = {"_id": f"h/{UUID}", "hostId": "h", "name": "now", "sourceKey": UUID}
    selection = "{ ... on DomainSnapshot { definition { disks { vm { name sourceKey } } } } }"
    answer = await ask(SNAPSHOT, selection, vms={f"domain|h|{UUID}": vm})
    assert answer["definition"]["disks"] == [{"vm": {"name": "now", "sourceKey": UUID}}] * 2


@pytest.mark.parametrize("host", ["h", None])
async def test_the_vm_is_null_where_it_is_gone(ask: Callable[..., Any], host: str | None) -> None:
    selection = "{ ... on DomainCheckpoint { definition { disks { alias vm { name } } } } }"
    answer = await ask(CHECKPOINT, selection, vms={f"domain|elsewhere|{UUID}": {}}, host=host)
    assert answer["definition"]["disks"] == [{"alias": None, "vm": None}] * 2


async def test_a_definition_that_is_only_a_uuid(ask: Callable[..., Any]) -> None:
    fields = "name uuid domain { type } devices { id } xml"
    answer = await ask(
        OLD, f"{{ name ... on DomainSnapshot {{ definition {{ {fields} }} inactiveDefinition {{ name }} }} }}"
    )
    assert answer["name"] == "old"
    assert answer["inactiveDefinition"] is None
    assert difference(f"<domain><uuid>{UUID}</uuid></domain>", answer["definition"].pop("xml")) is None
    assert answer["definition"] == {"name": None, "uuid": UUID, "domain": {"type": None}, "devices": []}


def test_the_stored_document_is_left_as_it_was() -> None:
    document = schema.resource_from_xml(SNAPSHOT)
    before = bson.encode(document)
    shown = saved_definition(document, "definition")
    assert shown is not None
    assert shown["resource"] is document
    assert bson.encode(document) == before
    assert saved_definition(schema.resource_from_xml("<domainsnapshot/>"), "definition") is None


@pytest.mark.parametrize(
    ("text", "time"),
    [
        pytest.param("1272917631", "2010-05-03T20:13:51+00:00", id="seconds"),
        pytest.param("0", "1970-01-01T00:00:00+00:00", id="none"),
        pytest.param("253402300800", None, id="year 10000"),
        pytest.param("18446744073709551615", None, id="64 bits"),
        pytest.param("yesterday", None, id="words"),
    ],
)
def test_the_time_it_was_made(text: str, time: str | None) -> None:
    document = schema.resource_from_xml(f"<domainsnapshot><creationTime>{text}</creationTime></domainsnapshot>")
    made = computed(DomainSnapshot, "created_at", document)
    assert (made.isoformat() if made else None) == time


def test_what_a_snapshot_says() -> None:
    document = schema.resource_from_xml(SNAPSHOT)
    for key in ("definition", "inactiveDefinition"):
        del document[key]
    assert document == {
        "kind": "DOMAIN_SNAPSHOT",
        "name": "before",
        "vmState": "running",
        "creationTime": 1272917631,
        "parentName": "earlier",
        "memorySnapshot": "external",
        "memoryFile": "/m.save",
        "current": True,
        "snapshotDisks": [
            {
                "name": "vda",
                "snapshot": "external",
                "driver": {"type": "qcow2"},
                "source": {"kind": "file", "file": "/new.img"},
            }
        ],
    }

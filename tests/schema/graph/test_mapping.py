"""The page that maps libvirt's XML: complete, and true to the schema."""

import re

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from schema.definition import WholeDomain
from schema.devices import DEVICES
from schema.element import claims, document_key
from schema.graph.mapping import mapping_page
from schema.resource import roots
from schema.tables import reachable
from tests.schema.claims import claimed

PAGE = mapping_page()


def section(title: str) -> str:
    """The text below a heading, up to the next."""
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found[1]


def test_every_declared_field_has_a_row(graphql_schema: GraphQLSchema) -> None:
    rows = set(re.findall(r"`(\w+\.\w+)`", PAGE))
    shown = {key for _, _, key in (row.partition(".") for row in rows)}
    missing = {
        f"{cls.__name__}.{key}"
        for root in roots(WholeDomain)
        for cls in reachable(root)
        for key in map(document_key, claims(cls))
        if f"{cls.__name__}.{key}" not in rows and not any(f"{base.__name__}.{key}" in rows for base in cls.__mro__)
    }
    beside = {"WholeDomain", "Devices"}
    assert {field for field in missing if field.partition(".")[0] not in beside} == set()
    assert {key for _, _, key in (field.partition(".") for field in missing)} - shown <= {
        "devices", *(declared.array for declared in DEVICES.values())
    }  # fmt: skip


def test_every_row_is_true_to_the_schema(graphql_schema: GraphQLSchema) -> None:
    fields = re.findall(r"\| `(\w+)\.(\w+)` \| (?:\[)?`?([\w\[\]!]+?)`?(?:\]\(#\w+\))? \|", PAGE)
    assert len(fields) > 1300
    for of, key, shown in fields:
        owner = graphql_schema.type_map[of]
        assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)
        assert str(owner.fields[key].type) == shown, f"{of}.{key}"


def test_every_link_leads_to_a_section() -> None:
    links = set(re.findall(r"\]\(#(\w+)\)", PAGE))
    titles = {title.lower() for title in re.findall(r"^##+ (\w+)$", PAGE, re.MULTILINE)}
    assert links - titles == set()
    assert len(links) > 30


def test_libvirts_names_stand_beside_ours() -> None:
    disk = section("`disk`")
    assert "| `driver/@error_policy` | `driver.errorPolicy` | `DiskDriver.errorPolicy` | `DiskErrorPolicy` |" in disk
    assert "| `target/@bus` | `target.bus` | `DiskTarget.bus` | `DiskBus` | indexed |" in disk
    assert "| every | `@startupPolicy` | `startupPolicy` | `DiskSource.startupPolicy` |" in section("DiskSource")
    assert "| `pci` | `@slot` | `slot` | `PciAddress.slot` | `Int` |" in section("Address")
    assert "`memory`" in section("The domain")
    assert "secret" in section("`graphics`")


def test_paths_of_devices_are_those_that_the_declarations_claim() -> None:
    for tag in DEVICES:
        for xml, *_ in _rows(tag):
            assert claimed(f"domain/devices/{tag}/{xml.strip('`').removesuffix('/')}"), f"{tag}: {xml}"


def _rows(tag: str) -> list[list[str]]:
    lines = section(f"`{tag}`").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in rows if row[0].startswith("`")]

"""The schema as a whole: described throughout, and free of fields that contradict each other."""

import re
from collections import Counter

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, parse, validate
from graphql.language import TokenKind
from graphql.language.lexer import Lexer
from graphql.language.source import Source

from schema.devices import DEVICES
from schema.element import Variant
from tests.conftest import Say
from tests.schema.graph.descriptions import described, fault
from tests.schema.graph.selections import everything


def test_every_description_is_a_sentence_that_tells_something(graphql_schema: GraphQLSchema, say: Say) -> None:
    found = list(described(graphql_schema))
    counts = Counter(kind for kind, _, _ in found)
    say(f"described: {dict(counts)}, together {len(found)}")
    assert counts.keys() == {"type", "enum value", "input field", "field", "argument"}
    assert min(counts["type"], counts["field"], counts["enum value"], counts["input field"]) > 400
    faults = {name: (wrong, text) for _, name, text in found if (wrong := fault(name, text))}
    assert faults == {}


@pytest.mark.parametrize(
    ("name", "description", "wrong"),
    [
        pytest.param("Disk.serial", None, "missing", id="none"),
        pytest.param("Disk.serial", " \n", "missing", id="blank"),
        pytest.param("Disk.serial", "Number that the guest can read", "no full stop", id="no full stop"),
        pytest.param("Disk.serial", "Read by the guest.", "too short", id="short"),
        pytest.param("Disk.serial", "Read by the guest. Since libvirt 1.2.3.", "too short", id="short but for since"),
        pytest.param(
            "DiskBus.VIRTIO_SCSI", "A controller of virtio (`virtio-scsi`).", "too short", id="short but for the word"
        ),
        pytest.param(
            "DiskBus.USB", "A controller of USB (`usb`; since libvirt 0.9.1).", "too short", id="short but for both"
        ),
        pytest.param("Disk.serialNumber", "The serial number of the disk.", "restates the name", id="the name again"),
        pytest.param(
            "DiskSources", "The sources that are of the disks.", "restates the name", id="the type's name again"
        ),
        pytest.param(
            "Host.vms.orderBy", "The order by which it is.", "restates the name", id="nothing but little words"
        ),
        pytest.param("Disk.serialNumber", "The serial number that the guest reads.", None, id="good"),
        pytest.param(
            "DiskBus.USB", "A USB controller of the guest (`usb`; since libvirt 0.9.1).", None, id="good word"
        ),
    ],
)
def test_the_judge_of_descriptions(name: str, description: str | None, wrong: str | None) -> None:
    assert fault(name, description) == wrong


def test_the_list_of_a_kind_says_what_the_kind_is(graphql_schema: GraphQLSchema) -> None:
    vm = graphql_schema.type_map["VirtualMachine"]
    assert isinstance(vm, GraphQLObjectType)
    for declared in DEVICES.values():
        described_list = str(vm.fields[declared.array].description)
        told, _, rest = described_list.partition(" All ")
        assert str(graphql_schema.type_map[declared.__name__].description).replace("\n", " ").startswith(told)
        assert rest == f"`{declared.tag}` devices, in the order of the XML."
    assert str(vm.fields["tpms"].description).startswith("A trusted platform module, which keeps keys for the guest")


def names(schema: GraphQLSchema, of: str) -> set[str]:
    """The fields of a type."""
    found = schema.type_map[of]
    assert isinstance(found, GraphQLObjectType | GraphQLInterfaceType)
    return set(found.fields)


def test_the_query_for_everything_is_valid(graphql_schema: GraphQLSchema, say: Say) -> None:
    vm = graphql_schema.type_map["VirtualMachine"]
    assert isinstance(vm, GraphQLObjectType)
    resource = graphql_schema.type_map["Resource"]
    assert isinstance(resource, GraphQLInterfaceType)
    of_resources = everything(graphql_schema, resource)
    text = f"{{ vms {{ nodes {everything(graphql_schema, vm)} }} resources {{ nodes {of_resources} }} }}"
    lexer, tokens = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        tokens += 1
    say(f"the query for everything: {tokens} tokens")
    assert validate(graphql_schema, parse(text)) == []
    for declared in DEVICES.values():
        if names(graphql_schema, declared.__name__) > names(graphql_schema, "Device"):  # NVRAM has an address only
            assert f"... on {declared.__name__} " in text
    for family in Variant.__subclasses__():
        if family.__name__ not in graphql_schema.type_map:
            continue  # one that another test declared
        shared = names(graphql_schema, family.__name__)
        for shape in set(family.shapes.values()):
            if names(graphql_schema, shape.__name__) > shared:
                assert f"... on {shape.__name__} " in text


EXCEPTIONS = {
    "name": "a host always has one, a VM may lack it",
    "state": "of a host and of a VM, each with words of its own",
    "kind": "what a device is, and what a resource is: two sets of words",
    "channels": "devices of a VM, and the channels of a SPICE display",
}
"""Fields that `node` cannot take under one name from two types: aliases tell them apart."""


def test_types_that_meet_agree_on_their_fields(graphql_schema: GraphQLSchema) -> None:
    node = graphql_schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    text = f"{{ nodes(ids: []) {everything(graphql_schema, node)} }}"
    conflicts = [error.message for error in validate(graphql_schema, parse(text), max_errors=1000)]
    assert {re.findall(r"'(\w+)'", message)[0] for message in conflicts} == EXCEPTIONS.keys(), conflicts

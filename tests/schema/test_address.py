"""Addresses: one text for each type, and numbers read as libvirt reads them."""

import pytest

import schema
from schema.address import Address, address_text
from schema.element import Document
from tests.shared import difference


def domain(address: str) -> str:
    """A VM with one device, which has this `<address>`."""
    return f"<domain><devices><controller>{address}</controller></devices></domain>"


def address_of(definition: Document) -> Document:
    """The address of the only device."""
    (device,) = schema.devices_of(definition)
    found: Document = device["address"]
    return found


TEXTS = {
    "<address type='pci' domain='0x0000' bus='0x04' slot='0x1f' function='0x7'/>": "0000:04:1f.7",
    "<address type='pci' domain='65536' bus='10' slot='3' function='0'/>": "10000:0a:03.0",
    "<address type='pci' domain='0xffffffffffffffff' bus='0' slot='0' function='0'/>": "ffffffffffffffff:00:00.0",
    "<address type='pci' slot='0x02'/>": "0000:00:02.0",
    "<address type='pci' multifunction='on'/>": None,
    "<address type='drive' controller='1' bus='0' target='2' unit='3'/>": "1:0:2:3",
    "<address type='drive' unit='1'/>": "0:0:0:1",
    "<address type='drive'/>": None,
    "<address type='virtio-serial' controller='0' bus='0' port='3'/>": "0:0:3",
    "<address type='virtio-serial' controller='1'/>": "1:0:0",
    "<address type='ccid' controller='1' slot='0'/>": "1:0",
    "<address type='usb' bus='0' port='1.2'/>": "0-1.2",
    "<address type='usb' bus='0x10' port='4'/>": "16-4",
    "<address type='usb' bus='0'/>": None,
    "<address type='spapr-vio' reg='0x00003000'/>": "0x3000",
    "<address type='spapr-vio'/>": None,
    "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x000a'/>": "fe.0.000a",
    "<address type='ccw'/>": None,
    "<address type='isa' iobase='0x3f8' irq='0x4'/>": "0x3f8",
    "<address type='isa' irq='0x4'/>": None,
    "<address type='dimm' slot='0' base='0x100000000'/>": "0",
    "<address type='dimm' base='0x100000000'/>": "0x100000000",
    "<address type='dimm'/>": None,
    "<address type='virtio-mmio'/>": None,
    "<address type='unassigned'/>": None,
    "<address type='virtio-s390'/>": None,
    "<address/>": None,
}


@pytest.mark.parametrize(("xml", "text"), TEXTS.items())
def test_the_text_of_an_address(xml: str, text: str | None) -> None:
    assert address_text(address_of(schema.domain_from_xml(domain(xml)))) == text


def test_every_type_has_a_case() -> None:
    assert {address_of(schema.domain_from_xml(domain(xml)))["kind"] for xml in TEXTS} == Address.shapes.keys()


@pytest.mark.parametrize(
    ("xml", "values"),
    [
        ("<address type='usb' bus='0xa' port='1'/>", {"bus": 10}),
        ("<address type='usb' bus='10' port='1'/>", {"bus": 10}),
        ("<address type='spapr-vio' reg='3000'/>", {"reg": 0x3000}),
        ("<address type='isa' iobase='0x3F8' irq='0xa'/>", {"iobase": 0x3F8, "irq": 10}),
        ("<address type='dimm' base='100000000'/>", {"base": 0x100000000}),
        ("<address type='ccw' cssid='254' ssid='3' devno='0xFFFF'/>", {"cssid": 254, "ssid": 3, "devno": 0xFFFF}),
        (
            "<address type='pci'><zpci uid='0x0001' fid='0x0000001f'/></address>",
            {"zpci": {"uid": 1, "fid": 0x1F}},
        ),
        (
            "<address type='pci'><zpci uid='65535' fid='4294967295'/></address>",
            {"zpci": {"uid": 0xFFFF, "fid": 0xFFFFFFFF, "spelling": {"uid": "65535", "fid": "4294967295"}}},
        ),
    ],
)
def test_numbers_are_read_as_libvirt_reads_them(xml: str, values: Document) -> None:
    definition = schema.domain_from_xml(domain(xml))
    assert {key: address_of(definition).get(key) for key in values} == values
    assert schema.untyped(definition) == []
    assert difference(domain(xml), schema.domain_to_xml(definition)) is None


def test_numbers_beyond_64_bits_are_read_in_the_base_that_libvirt_takes() -> None:
    definition = schema.domain_from_xml(
        "<domain><devices><nvram><address type='spapr-vio' reg='8000000000000000'/></nvram></devices></domain>"
    )
    (nvram,) = definition["devices"]["nvrams"]
    assert nvram["address"] == {
        "kind": "spapr-vio",
        "reg": str(2**63),
        "spelling": {"reg": "8000000000000000"},
    }
    assert 'reg="8000000000000000"' in schema.domain_to_xml(definition)
    assert address_text(nvram["address"]) == "0x8000000000000000"
    del nvram["address"]["spelling"]
    assert 'reg="0x8000000000000000"' in schema.domain_to_xml(definition)

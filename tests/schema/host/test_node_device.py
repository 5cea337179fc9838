"""What is computed of node devices, and the shapes of their capabilities."""

from typing import Any

import pytest

import schema
from schema.element import Document, claims
from schema.host.node_device.channel import CcwCapability
from schema.host.node_device.pci import PciCapability
from schema.host.node_device.scsi import ScsiCapability
from schema.host.node_device.usb import UsbDeviceCapability

PCI = """<device><name>pci_0000_42_00_1</name><capability type='pci'>
  <class>0x020000</class><domain>0</domain><bus>66</bus><slot>16</slot><function>7</function>
  <product id='0x10ca'>82576 Virtual Function</product><vendor id='8086'/>
  <capability type='phys_function'><address domain='0x0000' bus='0x42' slot='0x00' function='0x1'/></capability>
  <capability type='virt_functions' maxCount='7'/>
  <capability type='cardbus-bridge'/><capability type='oracle' of='Delphi'/>
  <numa node='1'/><pci-express/></capability></device>"""


def capability(xml: str) -> Document:
    (found,) = schema.resource_from_xml(xml)["capabilities"]
    assert isinstance(found, dict)
    return found


def computed(cls: Any, field: str, document: Document) -> Any:
    """What a derived field of a class makes of a document."""
    (found,) = (one for one in cls.__strawberry_definition__.fields if one.python_name == field)
    return found.base_resolver.wrapped_func(document)


def test_a_pci_function_is_numbers_in_whichever_base_they_were_spelled() -> None:
    found = capability(PCI)
    assert (found["bus"], found["classCode"], found["numaNode"]) == (66, 0x020000, 1)
    assert found["product"] == {"id": 0x10CA, "name": "82576 Virtual Function"}
    assert found["vendor"] == {"id": 0x8086, "spelling": {"id": "8086"}}, "bare digits are hexadecimal too"
    assert "pciExpressLinks" not in found


def test_a_pci_function_is_called_as_lspci_does() -> None:
    found = capability(PCI)
    assert computed(PciCapability, "text", found) == "0000:42:10.7"
    assert computed(PciCapability, "pci_id", found) == "8086:10ca"
    assert computed(PciCapability, "text", {"kind": "pci"}) is None
    assert computed(PciCapability, "pci_id", {"kind": "pci", "vendor": {"id": 1}}) is None


def test_capabilities_inside_of_one_keep_their_words() -> None:
    inner = capability(PCI)["capabilities"]
    assert [one["kind"] for one in inner] == ["phys_function", "virt_functions", "cardbus-bridge", "other"]
    assert inner[0]["address"]["bus"] == 0x42
    assert inner[1] == {"kind": "virt_functions", "maxCount": 7}
    assert inner[3]["type"] == "oracle"
    assert schema.untyped(schema.resource_from_xml(PCI)) == ["device/capability/capability/@of"]
    assert '<capability type="cardbus-bridge"/>' in schema.resource_to_xml(schema.resource_from_xml(PCI))


@pytest.mark.parametrize(
    ("cls", "field", "inner", "expected"),
    [
        pytest.param(
            UsbDeviceCapability,
            "text",
            "<capability type='usb_device'><bus>1</bus><device>14</device></capability>",
            "001:014",
            id="usb",
        ),
        pytest.param(
            UsbDeviceCapability, "text", "<capability type='usb_device'><bus>1</bus></capability>", None, id="usb bus"
        ),
        pytest.param(
            UsbDeviceCapability,
            "usb_id",
            "<capability type='usb_device'><product id='0xc52b'/><vendor id='0x046d'/></capability>",
            "046d:c52b",
            id="usb id",
        ),
        pytest.param(
            ScsiCapability,
            "text",
            "<capability type='scsi'><host>2</host><bus>0</bus><target>1</target><lun>3</lun></capability>",
            "2:0:1:3",
            id="scsi",
        ),
        pytest.param(
            CcwCapability,
            "text",
            "<capability type='ccw'><cssid>0xfe</cssid><ssid>0x1</ssid><devno>0x0815</devno></capability>",
            "fe.1.0815",
            id="ccw",
        ),
        pytest.param(CcwCapability, "text", "<capability type='ccw'/>", None, id="ccw without address"),
    ],
)
def test_devices_are_called_as_their_tools_do(cls: Any, field: str, inner: str, expected: str | None) -> None:
    found = capability(f"<device><name>x</name>{inner}</device>")
    assert computed(cls, field, found) == expected


def test_a_channel_device_has_the_parts_of_an_address() -> None:
    assert {"cssid", "ssid", "devno", "state", "capabilities"} <= set(claims(CcwCapability))


def test_a_parent_is_a_name_or_world_wide_names() -> None:
    named = schema.resource_from_xml("<device><parent>scsi_host5</parent></device>")
    assert named["parent"] == {"name": "scsi_host5"}
    wide = schema.resource_from_xml("<device><parent wwnn='20000000c9831b4b' wwpn='10000000c9831b4b'/></device>")
    assert wide["parent"] == {"wwnn": "20000000c9831b4b", "wwpn": "10000000c9831b4b"}

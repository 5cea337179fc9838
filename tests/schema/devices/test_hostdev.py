import pytest

import schema
from schema.element import Document
from schema.identity import keep_identity
from tests.schema.devices import described

PCI = "<address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/>"
USB = "<vendor id='0x046d'/><product id='0xc52b'/>"
MDEV = "<address uuid='53764d0e-85a0-42b4-af5c-2046b460b1dc'/>"


def definition(*hostdevs: str) -> Document:
    found: Document = schema.domain_from_xml(f"<domain><devices>{''.join(hostdevs)}</devices></domain>")
    return found


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<hostdev/>", "hostdev"),
        ("<hostdev type='pci'/>", "pci passthrough"),
        (f"<hostdev type='pci'><source>{PCI}</source></hostdev>", "0000:06:12.5, pci passthrough"),
        (
            f"<hostdev type='pci'><driver name='vfio' model='nvgrace'/><source>{PCI}</source></hostdev>",
            "0000:06:12.5, pci passthrough, nvgrace",
        ),
        (f"<hostdev type='usb'><source>{USB}</source></hostdev>", "046d:c52b, usb passthrough"),
        (
            f"<hostdev type='usb'><source>{USB}<address bus='3' device='14'/></source></hostdev>",
            "046d:c52b, 003:014, usb passthrough",
        ),
        ("<hostdev type='usb'><source><address bus='3' port='1.2'/></source></hostdev>", "3-1.2, usb passthrough"),
        ("<hostdev type='usb'><source><address bus='0x3'/></source></hostdev>", "usb passthrough"),
        (
            "<hostdev type='scsi'><source><adapter name='scsi_host2'/><address bus='0' target='4' unit='1'/></source>"
            "<readonly/></hostdev>",
            "scsi_host2 0:4:1, scsi passthrough, read-only",
        ),
        (
            "<hostdev type='scsi'><source protocol='iscsi' name='iqn.2014-08.com.example:pool/1'>"
            "<host name='example.com'/></source></hostdev>",
            "iqn.2014-08.com.example:pool/1, scsi passthrough",
        ),
        (
            "<hostdev type='scsi_host' model='virtio-transitional'>"
            "<source protocol='vhost' wwpn='naa.5123456789abcde0'/></hostdev>",
            "naa.5123456789abcde0, scsi_host passthrough, virtio-transitional",
        ),
        (
            f"<hostdev type='mdev' model='vfio-pci'><source>{MDEV}</source></hostdev>",
            "53764d0e-85a0-42b4-af5c-2046b460b1dc, mdev passthrough, vfio-pci",
        ),
        ("<hostdev type='net'><source><interface>eth0</interface></source></hostdev>", "eth0, net passthrough"),
        ("<hostdev type='misc'><source><char>/dev/net/tun</char></source></hostdev>", "/dev/net/tun, misc passthrough"),
    ],
)
def test_summary(xml: str, summary: str) -> None:
    assert described(xml) == summary


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("<address bus='14' device='6'/>", {"usbAddress": {"bus": 14, "device": 6}}),
        ("<vendor id='1133'/><product id='0xC52B'/>", {"vendor": 1133, "product": 0xC52B}),
    ],
)
def test_numbers_of_usb_are_read_in_either_base(source: str, values: Document) -> None:
    found = definition(f"<hostdev mode='subsystem' type='usb'><source>{source}</source></hostdev>")
    (hostdev,) = schema.devices_of(found)
    assert {key: hostdev["source"][key] for key in values} == values
    assert schema.untyped(found) == []


def test_a_lun_may_exceed_32_bits() -> None:
    found = definition(
        "<hostdev type='scsi'><source><address bus='0' target='4294967295' unit='18446744073709551615'/></source>"
        "</hostdev>"
    )
    (hostdev,) = schema.devices_of(found)
    assert hostdev["source"]["scsiAddress"] == {"bus": 0, "target": 4294967295, "unit": "18446744073709551615"}
    assert schema.untyped(found) == []


def test_a_usb_device_keeps_its_id_when_libvirt_finds_its_place() -> None:
    persistent = definition(f"<hostdev type='usb'><source>{USB}</source></hostdev>")
    live = definition(
        f"<hostdev type='usb'><source>{USB}<address bus='3' device='14'/></source><alias name='hostdev0'/></hostdev>"
    )
    keep_identity(persistent, live)
    assert live["devices"]["hostdevs"][0]["id"] == persistent["devices"]["hostdevs"][0]["id"]


def test_devices_of_two_adapters_have_ids_of_their_own() -> None:
    at = "<address bus='0' target='0' unit='0'/>"
    found = definition(
        *(f"<hostdev type='scsi'><source><adapter name='{name}'/>{at}</source></hostdev>" for name in ("h0", "h1"))
    )
    assert [device["id"] for device in schema.devices_of(found)] == ["hostdev/scsi/h0/0:0:0", "hostdev/scsi/h1/0:0:0"]

import pytest

import schema
from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<controller/>", "controller"),
        ("<controller type='usb' index='0'/>", "usb controller 0"),
        ("<controller type='usb' index='0' model='none'/>", "usb controller 0, none"),
        ("<controller type='usb' index='1' model='qemu-xhci' ports='15'/>", "usb controller 1, qemu-xhci, 15 ports"),
        ("<controller type='pci' index='0' model='pcie-root'/>", "pci controller 0, pcie-root"),
        (
            "<controller type='pci' index='1' model='pcie-root-port'><model name='pcie-root-port'/></controller>",
            "pci controller 1, pcie-root-port",
        ),
        (
            "<controller type='pci' index='2' model='pcie-root-port'><model name='ioh3420'/></controller>",
            "pci controller 2, pcie-root-port, ioh3420",
        ),
        (
            "<controller type='scsi' index='0' model='virtio-scsi'><driver queues='4' iothread='2'/></controller>",
            "scsi controller 0, virtio-scsi, I/O thread 2",
        ),
        ("<controller type='nvme' index='0'><serial>S1</serial></controller>", "nvme controller 0, S1"),
    ],
)
def test_summary(xml: str, summary: str) -> None:
    assert described(xml) == summary


def test_the_serial_of_an_nvme_controller_is_a_text() -> None:
    definition = schema.domain_from_xml(
        "<domain><devices><controller type='nvme' index='0'><serial> S1</serial></controller></devices></domain>"
    )
    (controller,) = schema.devices_of(definition)
    assert controller["serial"] == " S1"
    assert schema.untyped(definition) == []


@pytest.mark.parametrize(
    ("target", "values"),
    [
        ("chassis='1' port='0x8'", {"chassis": 1, "portNumber": 8}),
        (
            "chassis='0x10' port='16'",
            {"chassis": 16, "portNumber": 16, "spelling": {"chassis": "0x10", "portNumber": "16"}},
        ),
        ("chassisNr='7' busNr='254' index='3'", {"chassisNr": 7, "busNr": 254, "index": 3}),
        ("hotplug='off' memReserve='8192'", {"hotplug": False, "memReserve": 8192}),
    ],
)
def test_the_target_is_read_in_either_base(target: str, values: dict[str, object]) -> None:
    definition = schema.domain_from_xml(
        f"<domain><devices><controller type='pci' index='1'><target {target}/></controller></devices></domain>"
    )
    (controller,) = schema.devices_of(definition)
    assert controller["target"] == values
    assert schema.untyped(definition) == []

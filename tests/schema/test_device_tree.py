"""The tree of a VM's buses: what is plugged into what, whatever a document says."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.address import Address
from schema.definition import devices_of, domain_from_xml
from schema.device import summary
from schema.element import Document
from schema.tree import MOST_FREE_SLOTS, TreeNode, device_tree
from tests.conftest import Say
from tests.shared import corpus, needs_corpus

Q35 = "<os><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>"
I440FX = "<os><type arch='x86_64' machine='pc-i440fx-9.0'>hvm</type></os>"


def definition(devices: str, domain: str = "") -> Document:
    return domain_from_xml(f"<domain>{domain}<devices>{devices}</devices></domain>")


def tree(devices: str, domain: str = "") -> list[TreeNode]:
    return sound(definition(devices, domain))


def sound(of: Document) -> list[TreeNode]:
    """The tree of a definition, which must be one and hold every device once."""
    nodes = device_tree(of)
    held = Counter(node.device["id"] for node in nodes if node.device is not None)
    assert held == Counter(device["id"] for device in devices_of(of))
    assert len({node.id for node in nodes}) == len(nodes)
    before: dict[str, TreeNode] = {}
    last = -1
    for node in nodes:
        if node.parent is None:
            assert (node.id, node.depth, before) == ("machine", 0, {})
        else:
            assert before[node.parent.id] is node.parent
            assert node.depth == node.parent.depth + 1 <= last + 1
        assert node.device is None or not node.implicit
        assert node.summary or summary(node.device or {})
        free = node.free_slots()
        assert free is None or len(free.slots) == min(free.count, MOST_FREE_SLOTS)
        assert node.collision is None or node.collision != node.id
        before[node.id], last = node, node.depth
    assert all(node.collision is None or node.collision in before for node in nodes)
    return nodes


def lines(nodes: list[TreeNode]) -> list[str]:
    """`  0000:00:01.0 controller/pci/1`, two blanks a level, without the machine."""
    told = (f"{'  ' * (node.depth - 1)}{node.address or '-'} {node.id}" for node in nodes[1:])
    return [f"{line} (implicit)" if node.implicit else line for line, node in zip(told, nodes[1:], strict=True)]


def node(nodes: list[TreeNode], name: str) -> TreeNode:
    (found,) = (one for one in nodes if one.id == name)
    return found


def free(nodes: list[TreeNode], name: str) -> tuple[int, list[str]] | None:
    """How many places a node has left, and the first three."""
    found = node(nodes, name).free_slots()
    return None if found is None else (found.count, found.slots[:3])


def pci(bus: int, slot: int = 0, function: int = 0) -> str:
    return f"<address type='pci' domain='0x0000' bus='{bus:#04x}' slot='{slot:#04x}' function='{function:#x}'/>"


def controller(kind: str, index: int, model: str = "", below: str = "", more: str = "") -> str:
    said = f" model='{model}'" if model else ""
    return f"<controller type='{kind}' index='{index}'{said}{more}>{below}</controller>"


def drive(controller: int, bus: int, target: int, unit: int) -> str:
    return f"<address type='drive' controller='{controller}' bus='{bus}' target='{target}' unit='{unit}'/>"


def disk(dev: str, bus: str, address: str = "") -> str:
    return f"<disk type='file'><target dev='{dev}' bus='{bus}'/>{address}</disk>"


def usb(port: str, bus: int = 0) -> str:
    return f"<address type='usb' bus='{bus}' port='{port}'/>"


# --- machines ----------------------------------------------------------------------------------------------------


def test_root_ports_of_q35() -> None:
    nodes = tree(
        controller("pci", 2, "pcie-root-port", pci(0, 1, 1))
        + controller("pci", 0, "pcie-root")
        + controller("pci", 1, "pcie-root-port", pci(0, 1))
        + controller("sata", 0, "", pci(0, 0x1F, 2))
        + disk("vda", "virtio", pci(1))
        + disk("sda", "sata", drive(0, 0, 0, 1))
        + "<graphics type='vnc'/>",
        Q35,
    )
    assert lines(nodes) == [
        "- controller/pci/0",
        "  0000:00:01.0 controller/pci/1",
        "    0000:01:00.0 disk/vda",
        "  0000:00:01.1 controller/pci/2",
        "  0000:00:1f.2 controller/sata/0",
        "    0:0:0:1 disk/sda",
        "- unattached",
        "  - graphics/vnc",
    ]
    assert nodes[0].summary == "x86_64 pc-q35-9.0"
    assert [one.bus for one in nodes] == [
        "MACHINE", "PCI_EXPRESS", "PCI_EXPRESS", None, "PCI_EXPRESS", "SATA", None, "UNATTACHED", None,
    ]  # fmt: skip
    assert free(nodes, "controller/pci/0") == (29, ["0000:00:02.0", "0000:00:03.0", "0000:00:04.0"])
    assert "0000:00:1f.0" not in nodes[1].free_slots().slots  # type: ignore[union-attr]
    assert free(nodes, "controller/pci/1") == (0, [])
    assert free(nodes, "controller/pci/2") == (1, ["0000:02:00.0"])
    assert free(nodes, "controller/sata/0") == (5, ["0:0:0:0", "0:0:0:2", "0:0:0:3"])
    assert free(nodes, "disk/vda") is None


def test_switches_expanders_and_bridges() -> None:
    nodes = tree(
        controller("pci", 0, "pcie-root")
        + controller("pci", 1, "pcie-expander-bus", pci(0, 4))
        + controller("pci", 2, "pcie-root-port", pci(1))
        + controller("pci", 3, "pcie-switch-upstream-port", pci(2))
        + controller("pci", 4, "pcie-switch-downstream-port", pci(3, 7))
        + controller("pci", 5, "pcie-to-pci-bridge", pci(4))
        + controller("pci", 6, "dmi-to-pci-bridge", pci(0, 3))
        + controller("pci", 7, "pci-bridge", pci(6, 1)),
        Q35,
    )
    assert lines(nodes) == [
        "- controller/pci/0",
        "  0000:00:03.0 controller/pci/6",
        "    0000:06:01.0 controller/pci/7",
        "  0000:00:04.0 controller/pci/1",
        "    0000:01:00.0 controller/pci/2",
        "      0000:02:00.0 controller/pci/3",
        "        0000:03:07.0 controller/pci/4",
        "          0000:04:00.0 controller/pci/5",
    ]
    left = {one.bus_number: one.free_slots().count for one in nodes[1:]}  # type: ignore[union-attr]
    assert left == {0: 28, 1: 31, 2: 0, 3: 31, 4: 0, 5: 31, 6: 31, 7: 31}
    assert {one.bus_number for one in nodes if one.bus == "PCI"} == {5, 6, 7}


def test_the_chipset_of_i440fx() -> None:
    nodes = tree(disk("hda", "ide", drive(0, 0, 0, 0)) + disk("hdd", "ide", drive(0, 1, 0, 1)), I440FX)
    assert lines(nodes) == [
        "- bus/pci/0 (implicit)",
        "  0000:00:01.1 bus/ide/0 (implicit)",
        "    0:0:0:0 disk/hda",
        "    0:1:0:1 disk/hdd",
    ]
    assert free(nodes, "bus/pci/0") == (30, ["0000:00:02.0", "0000:00:03.0", "0000:00:04.0"])
    assert free(nodes, "bus/ide/0") == (2, ["0:0:0:1", "0:1:0:0"])
    assert node(nodes, "bus/ide/0").summary == "ide controller 0"


def test_elsewhere_the_first_controllers_belong_to_the_machine() -> None:
    nodes = tree(disk("hda", "ide", drive(0, 0, 0, 0)) + disk("sda", "sata", drive(0, 0, 0, 0)))
    assert lines(nodes) == [
        "- bus/sata/0 (implicit)",
        "  0:0:0:0 disk/sda",
        "- bus/ide/0 (implicit)",
        "  0:0:0:0 disk/hda",
    ]
    assert free(tree(f"<rng model='virtio'>{pci(0, 3)}</rng>"), "bus/pci/0") is None  # a machine that nobody knows


@pytest.mark.parametrize(
    ("machine", "kind"),
    [("q35", "PCI_EXPRESS"), ("virt-9.0", "PCI_EXPRESS"), ("pc", "PCI"), ("pseries-9.0", "PCI"), ("none", "PCI")],
)
def test_the_first_pci_bus_follows_from_the_machine(machine: str, kind: str) -> None:
    nodes = tree(f"<rng model='virtio'>{pci(0, 3)}</rng>", f"<os><type machine='{machine}'>hvm</type></os>")
    assert node(nodes, "bus/pci/0").bus == kind


def test_functions_of_a_slot_stand_side_by_side() -> None:
    nodes = tree(
        controller("pci", 0, "pci-root")
        + "".join(f"<rng model='virtio'>{pci(0, 5, function)}</rng>" for function in (2, 0, 1)),
        I440FX,
    )
    assert [one.address for one in nodes[2:]] == ["0000:00:05.0", "0000:00:05.1", "0000:00:05.2"]
    assert [one.collision for one in nodes] == [None] * 5
    assert free(nodes, "controller/pci/0") == (29, ["0000:00:02.0", "0000:00:03.0", "0000:00:04.0"])


def test_channels_of_s390() -> None:
    nodes = tree(
        controller("scsi", 0, "virtio-scsi", "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0002'/>")
        + disk("sda", "scsi", drive(0, 0, 3, 5))
        + disk("vda", "virtio", "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0001'/>")
        + "<hostdev mode='subsystem' type='mdev'><address type='ccw' cssid='0xfe' ssid='0x1' devno='0x0000'/></hostdev>"
        + "<watchdog model='diag288' action='reset'/>",
        "<os><type arch='s390x' machine='s390-ccw-virtio-9.0'>hvm</type></os>",
    )
    assert lines(nodes) == [
        "- bus/ccw/254",
        "  fe.0.0001 disk/vda",
        "  fe.0.0002 controller/scsi/0",
        "    0:0:3:5 disk/sda",
        "  fe.1.0000 hostdev/mdev",
        "- unattached",
        "  - watchdog/diag288",
    ]
    assert (nodes[1].summary, nodes[1].bus, nodes[1].bus_number) == ("channel subsystem fe", "CCW", 254)
    assert free(nodes, "bus/ccw/254") == (4 * 65536 - 3, ["fe.0.0000", "fe.0.0003", "fe.0.0004"])
    assert free(nodes, "controller/scsi/0") == (256 * 16384 - 1, ["0:0:0:0", "0:0:0:1", "0:0:0:2"])


def test_virtual_io_of_pseries() -> None:
    nodes = tree(
        controller("scsi", 0, "ibmvscsi", "<address type='spapr-vio' reg='0x00002000'/>")
        + disk("sda", "scsi", drive(0, 0, 0, 0))
        + "<serial type='pty'><target port='0'/><address type='spapr-vio' reg='0x30000000'/></serial>"
        + "<console type='pty'><target type='serial' port='0'/><address type='spapr-vio' reg='0x30000000'/></console>"
        + controller("pci", 1, "pci-root", "<target index='1'/>")
        + controller("pci", 0, "pci-root", "<target index='0'/>")
        + f"<memballoon model='virtio'>{pci(1, 1)}</memballoon>"
        + "<nvram><address type='spapr-vio'/></nvram>",
        "<os><type arch='ppc64le' machine='pseries-9.0'>hvm</type></os>",
    )
    assert lines(nodes) == [
        "- controller/pci/0",
        "- controller/pci/1",
        "  0000:01:01.0 memballoon/#1",
        "- bus/spapr-vio",
        "  0x2000 controller/scsi/0",
        "    0:0:0:0 disk/sda",
        "  0x30000000 serial/0",
        "  0x30000000 console/serial/0",
        "  - nvram/#1",
    ]
    assert {one.collision for one in nodes} == {None}, "a console that is the first serial port is no other device"
    assert free(nodes, "bus/spapr-vio") is None
    assert (node(nodes, "bus/spapr-vio").bus, node(nodes, "bus/spapr-vio").bus_number) == ("SPAPR_VIO", None)


def test_buses_that_a_machine_has_anyway() -> None:
    nodes = tree(
        disk("vda", "virtio", "<address type='virtio-mmio'/>")
        + "<panic model='isa'><address type='isa' iobase='0x505'/></panic>"
        + "<serial type='pty'><target port='0'/><address type='isa' iobase='0x3f8' irq='0x4'/></serial>"
        + controller("xenbus", 0)
    )
    assert lines(nodes) == [
        "- bus/virtio-mmio", "  - disk/vda", "- bus/isa", "  0x3f8 serial/0", "  0x505 panic/#1",
        "- controller/xenbus/0",
    ]  # fmt: skip
    assert [one.bus for one in nodes if one.bus] == ["MACHINE", "VIRTIO_MMIO", "ISA", "XENBUS"]
    assert not any(one.implicit for one in nodes)
    with_bridge = tree(
        controller("isa", 0, "", pci(0, 1)) + "<panic model='isa'><address type='isa' iobase='0x505'/></panic>"
    )
    assert lines(with_bridge) == [
        "- bus/pci/0 (implicit)", "  0000:00:01.0 controller/isa/0", "    0x505 panic/#1",
    ]  # fmt: skip


# --- other buses -------------------------------------------------------------------------------------------------


def test_companions_are_one_bus() -> None:
    companions = "".join(
        controller("usb", 0, f"ich9-uhci{one}", f"<master startport='{2 * one - 2}'/>{pci(0, 4, one - 1)}")
        for one in (1, 2, 3)
    )
    nodes = tree(
        companions
        + controller("usb", 0, "ich9-ehci1", pci(0, 4, 7))
        + controller("usb", 1, "qemu-xhci", pci(0, 5), " ports='8'")
        + f"<input type='tablet' bus='usb'>{usb('2')}</input>"
        + f"<redirdev bus='usb' type='spicevmc'>{usb('1', 1)}</redirdev>"
        + controller("pci", 0, "pci-root"),
        I440FX,
    )
    assert [(one.address, one.bus) for one in nodes[2:]] == [
        ("0000:00:04.0", None), ("0000:00:04.1", None), ("0000:00:04.2", None), ("0000:00:04.7", "USB"), ("0-2", None),
        ("0000:00:05.0", "USB"), ("1-1", None),
    ]  # fmt: skip
    assert {one.collision for one in nodes} == {None}
    ehci, xhci = (one for one in nodes if one.bus == "USB")
    assert free(nodes, ehci.id) == (5, ["0-1", "0-3", "0-4"])
    assert free(nodes, xhci.id) == (7, ["1-2", "1-3", "1-4"])


def test_companions_without_a_number_join_the_controller_before_them() -> None:
    models = ("ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3", "qemu-xhci", "ich9-ehci1", "ich9-ehci1")
    nodes = tree("".join(f"<controller type='usb' model='{model}'/>" for model in models))
    assert [(one.device or {}).get("model") for one in nodes if one.bus == "USB"] == ["ich9-ehci1", "qemu-xhci"] + [
        "ich9-ehci1"
    ] * 2
    assert [one.bus_number for one in nodes if one.bus == "USB"] == [0, 1, 2, 3]


def test_controllers_without_a_number_get_the_first_that_is_free() -> None:
    nodes = tree(
        "<controller type='scsi' model='lsilogic'/>"
        + controller("scsi", 0, "virtio-scsi")
        + "<controller type='scsi'/>"
        + disk("sda", "scsi", drive(1, 0, 0, 2))
    )
    first = next(one for one in nodes if one.bus_number == 1)
    assert (first.device or {})["model"] == "lsilogic"
    assert [one.id for one in nodes if one.parent is first] == ["disk/sda"]
    assert free(nodes, first.id) == (6, ["1:0:0:0", "1:0:0:1", "1:0:0:3"])
    assert [one.free_slots() for one in nodes if one.bus_number == 2] == [None]


def test_hubs_behind_hubs() -> None:
    nodes = tree(
        controller("usb", 0, "piix3-uhci")
        + f"<hub type='usb'>{usb('1')}</hub><hub type='usb'>{usb('1.2')}</hub>"
        + f"<input type='mouse' bus='usb'>{usb('1.2.8')}</input><input type='tablet' bus='usb'>{usb('1.1')}</input>"
        + f"<input type='keyboard' bus='usb'>{usb('2.3')}</input>"
    )
    assert [line.replace("hub/#", "hub") for line in lines(nodes)] == [
        "- controller/usb/0",
        "  0-1 hub1",
        "    0-1.1 input/tablet/usb",
        "    0-1.2 hub2",
        "      0-1.2.8 input/mouse/usb",
        "  0-2 bus/usb/0/2 (implicit)",
        "    0-2.3 input/keyboard/usb",
    ]
    assert free(nodes, "controller/usb/0") == (0, [])
    assert free(nodes, "hub/#2") == (7, ["0-1.2.1", "0-1.2.2", "0-1.2.3"])
    assert free(nodes, "bus/usb/0/2") == (7, ["0-2.1", "0-2.2", "0-2.4"])
    assert {one.bus_number for one in nodes if one.bus == "USB"} == {0}


def test_ports_that_are_none() -> None:
    inputs = "".join(f"<input type='tablet' bus='usb'>{usb(port)}</input>" for port in ("1.1.1.1.1", "x", "", "1."))
    nodes = tree(controller("usb", 0, "qemu-xhci") + inputs + "<hub type='usb'><address type='usb' bus='0'/></hub>")
    assert [one.parent.id for one in nodes[2:] if one.parent] == ["controller/usb/0"] * 5
    assert free(nodes, "controller/usb/0") == (4, ["0-1", "0-2", "0-3"])
    assert {one.collision for one in nodes} == {None}


def test_no_usb_at_all() -> None:
    nodes = tree(controller("usb", 0, "none"))
    assert [(one.bus, one.free_slots()) for one in nodes] == [("MACHINE", None), (None, None)]


def test_the_bus_of_a_disk_decides_which_controllers_count() -> None:
    zero = drive(0, 0, 0, 0)
    nodes = tree(
        "".join(controller(kind, 0) for kind in ("ide", "sata", "scsi", "fdc", "nvme"))
        + "".join(disk(f"sd{number}", bus, zero) for number, bus in enumerate(("scsi", "sata", "ide", "fdc", "nvme")))
        + f"<disk type='file' device='floppy'><target dev='fdb'/>{drive(0, 0, 0, 1)}</disk>"
        + f"<disk type='file'><target dev='hdb'/>{drive(0, 0, 0, 1)}</disk>"
        + f"<hostdev mode='subsystem' type='scsi'>{drive(0, 0, 1, 0)}</hostdev>"
        + disk("vda", "virtio", zero)
    )
    assert [(one.parent.id, one.id) for one in nodes if one.parent and one.depth == 2] == [
        ("controller/scsi/0", "disk/sd0"),
        ("controller/scsi/0", "hostdev/scsi"),
        ("controller/sata/0", "disk/sd1"),
        ("controller/ide/0", "disk/sd2"),
        ("controller/ide/0", "disk/hdb"),
        ("controller/fdc/0", "disk/sd3"),
        ("controller/fdc/0", "disk/fdb"),
        ("controller/nvme/0", "disk/sd4"),
        ("unattached", "disk/vda"),
    ]
    assert node(nodes, "disk/vda").address == "0:0:0:0"
    assert free(nodes, "controller/fdc/0") == (0, [])
    assert free(nodes, "controller/nvme/0") is None


def test_ports_of_virtio_serial() -> None:
    def port(number: int, controller: int = 0) -> str:
        return f"<address type='virtio-serial' controller='{controller}' bus='0' port='{number}'/>"

    def channel(name: str, address: str) -> str:
        return f"<channel type='pty'><target type='virtio' name='{name}'/>{address}</channel>"

    nodes = tree(
        controller("virtio-serial", 0, "", pci(0, 3), " ports='4'")
        + channel("b", port(2)) + channel("a", port(1)) + channel("c", port(0)) + channel("d", port(0))
        + channel("e", port(5, 1)) + channel("f", port(1, 2)) + controller("virtio-serial", 2)
        + f"<console type='pty'><target type='virtio' port='0'/>{port(0)}</console>",
        I440FX,
    )  # fmt: skip
    assert lines(nodes) == [
        "- bus/pci/0 (implicit)",
        "  0000:00:03.0 controller/virtio-serial/0",
        "    0:0:0 console/virtio/0",
        "    0:0:1 channel/a",
        "    0:0:2 channel/b",
        "    0:0:0 channel/c",
        "    0:0:0 channel/d",
        "- bus/virtio-serial/1 (implicit)",
        "  1:0:5 channel/e",
        "- controller/virtio-serial/2",
        "  2:0:1 channel/f",
    ]
    assert {one.collision for one in nodes} == {None}, "libvirt gives a channel at port 0 another one"
    assert free(nodes, "controller/virtio-serial/0") == (1, ["0:0:3"])
    assert free(nodes, "controller/virtio-serial/2") == (29, ["2:0:2", "2:0:3", "2:0:4"])
    assert free(nodes, "bus/virtio-serial/1") is None


def test_smart_cards_in_a_reader() -> None:
    nodes = tree(
        controller("usb", 0, "qemu-xhci") + controller("ccid", 0, "", usb("2"))
        + "<smartcard mode='host'><address type='ccid' controller='0' slot='0'/></smartcard>"
    )  # fmt: skip
    assert lines(nodes) == ["- controller/usb/0", "  0-2 controller/ccid/0", "    0:0 smartcard/#1"]
    assert free(nodes, "controller/ccid/0") == (0, [])


def test_memory_slots() -> None:
    modules = "<memory model='dimm'><address type='dimm' slot='3' base='0x100000000'/></memory><memory model='dimm'/>"
    most = "<maxMemory slots='16' unit='KiB'>4194304</maxMemory>"
    nodes = tree(modules, most)
    assert lines(nodes) == ["- bus/memory", "  3 memory/dimm", "- unattached", "  - memory/dimm#2"]
    assert free(nodes, "bus/memory") == (15, ["0", "1", "2"])
    assert free(tree(modules), "bus/memory") is None
    assert free(tree("", most), "bus/memory") == (16, ["0", "1", "2"])
    assert free(tree("", most.replace("16", "2147483647")), "bus/memory") == (2147483647, ["0", "1", "2"])
    assert free(tree("", most.replace("16", "-1")), "bus/memory") == (0, [])


def test_devices_on_no_bus() -> None:
    nodes = tree(
        "<input type='mouse' bus='ps2'/><graphics type='vnc'/>"
        "<interface type='user'><mac address='52:54:00:00:00:01'/><address type='pci'/></interface>"
        "<hostdev mode='subsystem' type='pci'><address type='unassigned'/></hostdev>"
        "<rng model='virtio'><address type='later' place='7'/></rng>"
    )
    assert [one.id for one in nodes[:2]] == ["machine", "unattached"]
    assert {one.parent.id for one in nodes[2:] if one.parent} == {"unattached"}
    assert nodes[1].bus == "UNATTACHED"


def test_a_domain_that_says_nothing() -> None:
    assert [one.id for one in sound({"domain": {}})] == ["machine"]
    assert device_tree({"domain": {}})[0].summary == "machine"


# --- broken documents --------------------------------------------------------------------------------------------


def test_controllers_in_a_circle() -> None:
    nodes = tree(
        controller("pci", 0, "pci-root")
        + controller("pci", 3, "pci-bridge", pci(4, 1))
        + controller("pci", 4, "pci-bridge", pci(5, 1))
        + controller("pci", 5, "pci-bridge", pci(3, 1))
        + controller("pci", 6, "pci-bridge", pci(6, 1))
        + f"<rng model='virtio'>{pci(5, 2)}</rng>",
        I440FX,
    )
    assert lines(nodes) == [
        "- controller/pci/0",
        "0000:04:01.0 controller/pci/3",
        "  0000:03:01.0 controller/pci/5",
        "    0000:05:01.0 controller/pci/4",
        "    0000:05:02.0 rng/#1",
        "0000:06:01.0 controller/pci/6",
    ]


def test_circles_through_several_buses() -> None:
    address = "<address type='virtio-serial' controller='0' bus='0' port='1'/>"
    nodes = tree(controller("usb", 0, "", address) + controller("ccid", 0, "", usb("1"))
                 + controller("virtio-serial", 0, "", "<address type='ccid' controller='0' slot='0'/>"))  # fmt: skip
    assert lines(nodes) == [
        "0:0:1 controller/usb/0", "  0-1 controller/ccid/0", "    0:0 controller/virtio-serial/0",
    ]  # fmt: skip


def test_bridges_a_thousand_deep() -> None:
    nodes = tree("".join(controller("pci", one + 1, "pci-bridge", pci(one, 1)) for one in range(3000)))
    assert nodes[-1].depth == 3001


def test_missing_controllers_stand_in_the_tree() -> None:
    nodes = tree(
        f"<rng model='virtio'>{pci(9, 1)}</rng>" + disk("sda", "scsi", drive(7, 0, 0, 0))
        + "<rng model='virtio'><address type='pci' domain='0x0001' bus='0x00' slot='0x05' function='0x0'/></rng>"
        + controller("pci", 0, "pcie-root"),
        Q35,
    )  # fmt: skip
    assert lines(nodes) == [
        "- controller/pci/0",
        "- bus/pci/0/1 (implicit)",
        "  0001:00:05.0 rng/#2",
        "- bus/pci/9 (implicit)",
        "  0000:09:01.0 rng/#1",
        "- bus/scsi/7 (implicit)",
        "  7:0:0:0 disk/sda",
    ]
    assert free(nodes, "bus/pci/9") is None


def test_two_of_a_number() -> None:
    nodes = tree(
        controller("scsi", 0, "virtio-scsi") + controller("scsi", 0, "lsilogic") + controller("scsi", 0, "auto")
        + disk("sda", "scsi", drive(0, 0, 0, 0))
    )  # fmt: skip
    first, second, third = (one for one in nodes if one.id.startswith("controller"))
    assert (first.bus, second.bus, third.bus) == ("SCSI", None, None)
    assert (first.collision, second.collision, third.collision) == (second.id, first.id, first.id)
    assert node(nodes, "disk/sda").parent is first


def test_two_at_one_address() -> None:
    nodes = tree(
        "".join(disk(f"sd{one}", "sata", drive(0, 0, 0, one // 2)) for one in range(4))
        + f"<input type='mouse' bus='usb'>{usb('1')}</input><input type='tablet' bus='usb'>{usb('1.1')}</input>"
    )
    assert [one.collision for one in nodes if one.id.startswith("disk")] == [
        "disk/sd1",
        "disk/sd0",
        "disk/sd3",
        "disk/sd2",
    ]
    assert node(nodes, "input/mouse/usb").collision == "bus/usb/0/1"
    assert node(nodes, "bus/usb/0/1").collision == "input/mouse/usb"
    assert node(nodes, "input/tablet/usb").collision is None
    assert free(nodes, "bus/sata/0") == (4, ["0:0:0:2", "0:0:0:3", "0:0:0:4"])


def test_places_outside_of_a_bus_take_none_of_it() -> None:
    nodes = tree(disk("sda", "sata", drive(0, 0, 0, 9)) + disk("sdb", "sata", drive(0, 1, 0, -1)))
    assert free(nodes, "bus/sata/0") == (6, ["0:0:0:0", "0:0:0:1", "0:0:0:2"])


# --- every document ----------------------------------------------------------------------------------------------


@needs_corpus
def test_libvirts_own_documents_are_trees(say: Say) -> None:
    count: Counter[str] = Counter()
    buses: Counter[str] = Counter()
    collided = set()
    for path in corpus():
        nodes = sound(domain_from_xml(path.read_bytes()))
        count.update(documents=1, nodes=len(nodes), devices=sum(one.device is not None for one in nodes))
        count["implicit"] += sum(one.implicit for one in nodes)
        count["without a bus"] += sum(one.parent is not None and one.parent.id == "unattached" for one in nodes)
        count["deepest"] = max(count["deepest"], *(one.depth for one in nodes))
        buses.update(one.bus.value for one in nodes if one.bus)
        if any(one.collision for one in nodes):
            collided.add(path.name.partition("--")[2].partition(".")[0])
    say(f"trees of libvirt's documents: {dict(count)}\nbuses: {dict(buses)}\ncollisions: {sorted(collided)}")
    assert collided == {
        "440fx-ide-address-conflict", "hostdev-vfio-zpci-duplicate", "hostdevs-drive-address-conflict",
        "hostdev-subsys-mdev-vfio-ccw-duplicate-address", "q35-dmi-bad-address1", "usb-hub-conflict", "usb-none-other",
    }, "these documents are mistakes on purpose"  # fmt: skip
    assert count["documents"] > 2000


_small = st.integers(-1, 5)
_port = st.sampled_from(["1", "2", "1.1", "1.2", "1.1.1", "2.1.1.1", "1.1.1.1.1", "", "0", "x"])
_address = st.one_of(
    st.fixed_dictionaries({"kind": st.just("pci"), "bus": _small, "slot": _small}, optional={"function": _small}),
    st.builds(lambda bus, port: {"kind": "usb", "bus": bus, "port": port}, _small, _port),
    st.builds(lambda one, unit: {"kind": "drive", "controller": one, "unit": unit}, _small, _small),
    st.builds(lambda one, port: {"kind": "virtio-serial", "controller": one, "port": port}, _small, _port),
    st.builds(lambda one, slot: {"kind": "ccid", "controller": one, "slot": slot}, _small, _small),
    st.builds(lambda number: {"kind": "ccw", "cssid": 254, "ssid": 0, "devno": number}, _small),
    st.builds(lambda number: {"kind": "spapr-vio", "reg": number}, st.one_of(_small, st.just("99999999999999999999"))),
    st.builds(lambda slot: {"kind": "dimm", "slot": slot}, _small),
    st.sampled_from([{"kind": kind} for kind in Address.shapes]),
)  # fmt: skip
_types = ["pci", "usb", "scsi", "sata", "ide", "fdc", "virtio-serial", "ccid", "isa", "nvme", "xenbus", "memory", "odd"]
_models = ["pci-root", "pcie-root", "pci-bridge", "pcie-root-port", "virtio-scsi", "lsilogic", "qemu-xhci", "none"]
_models += ["ich9-ehci1", "ich9-uhci1", "ich9-uhci2"]


def _some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries({}, optional={"address": _address, **optional})


_controllers = _some(
    type=st.sampled_from(_types), index=_small, model=st.sampled_from(_models), ports=_small,
    companionStartPort=st.just("0"),
)  # fmt: skip
_disks = _some(
    device=st.sampled_from(["disk", "floppy"]),
    target=st.fixed_dictionaries(
        {},
        optional={"bus": st.sampled_from(["ide", "sata", "scsi", "usb"]), "dev": st.sampled_from(["hda", "sdb"])},
    ),
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(
    controllers=st.lists(_controllers, max_size=14),
    disks=st.lists(_disks, max_size=5),
    hubs=st.lists(_some(), max_size=4),
    others=st.lists(_some(), max_size=4),
    machine=st.sampled_from(["pc", "q35", "virt", "s390-ccw-virtio", "pseries", ""]),
    slots=st.one_of(st.none(), _small),
)
def test_whatever_is_said_makes_a_tree(
    controllers: list[Document],
    disks: list[Document],
    hubs: list[Document],
    others: list[Document],
    machine: str,
    slots: int | None,
) -> None:
    devices = {
        array: [{"id": f"{kind.lower()}/#{number}", "kind": kind, **one} for number, one in enumerate(found)]
        for array, kind, found in (
            ("controllers", "CONTROLLER", controllers), ("disks", "DISK", disks), ("hubs", "HUB", hubs),
            ("consoles", "CONSOLE", others), ("rngs", "RNG", others),
        )
    }  # fmt: skip
    memory = {} if slots is None else {"maxMemory": {"slots": slots}}
    sound({"domain": {"os": {"type": {"machine": machine}}, **memory}, "devices": devices})

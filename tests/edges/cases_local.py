"""What devices of a VM name within it."""

from .case import Case


def controller(kind: str, index: int, more: str = "", attributes: str = "") -> str:
    return f"<controller type='{kind}' index='{index}' {attributes}>{more}</controller>"


def at(kind: str, **numbers: object) -> str:
    text = " ".join(f"{name}='{number}'" for name, number in numbers.items())
    return f"<address type='{kind}' {text}/>"


NUMA = "<cpu><numa><cell id='0' cpus='0'/><cell id='1' cpus='1'/></numa></cpu>"
UNNUMBERED = "<cpu><numa><cell cpus='0'/><cell cpus='1'/></numa></cpu>"
HUB = f"<hub type='usb'>{at('usb', bus=0, port=1)}</hub>"
TABLET = f"<input type='tablet' bus='usb'>{at('usb', bus=0, port='1.2')}</input>"
SPICE = "<graphics type='spice' port='5900'/>"
VIRTIO = "<interface type='user'><mac address='52:54:00:00:00:01'/>{more}</interface>"

CASES = (
    Case(
        "addr-pci", "video/#1", "controller||pci:10", "CONTROLLER", "controller/pci/10",
        devices=controller("pci", 10, attributes="model='pcie-root-port'")
        + f"<video>{at('pci', domain='0x0000', bus='0x0A', slot=0, function=0)}</video>",
    ),
    Case(
        "addr-pci", "controller/pci/1", "controller||pci:0", "CONTROLLER", "controller/pci/0",
        devices=controller("pci", 0, attributes="model='pcie-root'")
        + controller("pci", 1, at('pci', slot=2), "model='pcie-root-port'"),
    ),
    Case(
        "addr-pci", "video/#1", "controller||pci:3", "CONTROLLER",
        devices=f"<video>{at('pci', bus=3, slot=1)}</video>",
    ),
    Case(
        "addr-drive", "disk/sda", "controller||scsi:1", "CONTROLLER", "controller/scsi/1",
        devices=controller("sata", 1) + controller("scsi", 1)
        + f"<disk type='file'><target dev='sda' bus='scsi'/>{at('drive', controller=1, unit=3)}</disk>",
    ),
    Case(
        "addr-drive", "disk/hda", "controller||ide:0", "CONTROLLER", "controller/ide/0",
        devices=controller("ide", 0) + f"<disk type='file'><target dev='hda'/>{at('drive', unit=1)}</disk>",
    ),
    Case(
        "addr-drive", "hostdev/#1", "controller||scsi:0", "CONTROLLER", "controller/scsi/0",
        devices=controller("scsi", 0) + f"<hostdev>{at('drive', controller=0, unit=4)}</hostdev>",
    ),
    Case(
        "addr-usb", "input/tablet/usb", "controller||usb:0", "CONTROLLER", "controller/usb/0",
        devices=controller("usb", 0) + HUB + TABLET,
    ),
    Case(
        "addr-usb", "input/tablet/usb", "controller||usb:0/1", "HUB", "hub/#1",
        devices=controller("usb", 0) + HUB + TABLET,
    ),
    Case(
        "addr-virtio-serial", "channel/agent", "controller||virtio-serial:0", "CONTROLLER",
        "controller/virtio-serial/0",
        devices=controller("virtio-serial", 0) + "<channel type='pty'><target type='virtio' name='agent'/>"
        + f"{at('virtio-serial', controller=0, bus=0, port=1)}</channel>",
    ),
    Case(
        "addr-ccid", "smartcard/#1", "controller||ccid:0", "CONTROLLER", "controller/ccid/0",
        devices=controller("ccid", 0) + f"<smartcard mode='host'>{at('ccid', controller=0, slot=0)}</smartcard>",
    ),
    Case(
        "addr-flat", "memory/dimm", "address||dimm:2", "BUS_ADDRESS",
        devices=f"<memory model='dimm'>{at('dimm', slot=2, base='0x100000000')}</memory>",
    ),
    Case(
        "addr-flat", "disk/vda", "address||ccw:fe.0.0001", "BUS_ADDRESS",
        devices=f"<disk type='file'><target dev='vda'/>{at('ccw', cssid='0xfe', ssid='0x0', devno='0x0001')}</disk>",
    ),
    Case(
        "addr-flat", "disk/vda", "address||virtio-mmio", "BUS_ADDRESS",
        devices=f"<disk type='file'><target dev='vda'/>{at('virtio-mmio')}</disk>",
    ),
    Case(
        "usb-companion", "controller/usb/0#2", "controller||usb:0", "CONTROLLER", "controller/usb/0",
        devices=controller("usb", 0, attributes="model='ich9-ehci1'")
        + controller("usb", 0, "<master startport='0'/>", "model='ich9-uhci1'"),
    ),
    Case(
        "ctrl-numa", "controller/pci/1", "numa-cell||1", "NUMA_CELL", "domain", domain=NUMA,
        devices=controller("pci", 1, "<target><node>1</node></target>", "model='pcie-expander-bus'"),
    ),
    Case(
        "ctrl-numa", "hostdev/#1", "numa-cell||1", "NUMA_CELL", "domain", domain=UNNUMBERED,
        devices="<hostdev><acpi nodeset='0-1'/></hostdev>",
    ),
    Case(
        "ctrl-iothread", "controller/scsi/0", "iothread||2", "IO_THREAD", "domain", access="CONNECT",
        domain="<iothreads>2</iothreads>", devices=controller("scsi", 0, "<driver iothread='2'/>"),
    ),
    Case(
        "ctrl-iothread", "controller/scsi/0", "iothread||7", "IO_THREAD", access="CONNECT",
        domain="<iothreads>2</iothreads>",
        devices=controller("scsi", 0, "<driver><iothreads><iothread id='7'/></iothreads></driver>"),
    ),
    Case(
        "iommu-pci", "iommu/1", "controller||pci:1", "CONTROLLER", "controller/pci/1",
        devices=controller("pci", 1) + "<iommu model='smmuv3'><driver pciBus='1'/></iommu>",
    ),
    Case(
        "mem-node", "memory/dimm/1", "numa-cell||1", "NUMA_CELL", "domain", domain=NUMA,
        devices="<memory model='dimm'><target><size unit='KiB'>1024</size><node>1</node></target></memory>",
    ),
    Case(
        "teaming", "hostdev/pci/0:6:0:0", "alias||ua-backup0", "INTERFACE", "interface/52:54:00:00:00:01",
        access="CONNECT",
        devices=VIRTIO.format(more="<alias name='ua-backup0'/><teaming type='persistent'/>")
        + "<hostdev type='pci'><source><address domain='0' bus='6' slot='0' function='0'/></source>"
        "<teaming type='transient' persistent='ua-backup0'/></hostdev>",
    ),
    Case(
        "console-serial", "console/serial/0", "serial||first", "SERIAL", "serial/0",
        devices="<serial type='pty'><target port='0'/></serial>"
        "<console type='pty'><target type='serial' port='0'/></console>",
    ),
    Case(
        "channel-agent", "channel/org.qemu.guest_agent.0", "guest-program||org.qemu.guest_agent.0", "GUEST_PROGRAM",
        access="CONNECT",
        devices="<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
    ),
    Case(
        "spice", "redirdev/#1", "display||spice", "GRAPHICS", "graphics/spice", access="CONNECT",
        devices=SPICE + "<redirdev bus='usb' type='spicevmc'/>",
    ),
    Case(
        "spice", "channel/com.redhat.spice.0", "display||spice", "DISPLAY", access="CONNECT",
        devices="<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>",
    ),
    Case(
        "redirfilter", "redirdev/#1", "redirection||usb", "REDIRFILTER", "redirfilter/#1",
        devices="<redirdev bus='usb' type='tcp'/><redirfilter><usbdev allow='no'/></redirfilter>",
    ),
    Case(
        "audio", "sound/#1", "audio-backend||2", "AUDIO", "audio/2", access="CONNECT",
        devices="<sound model='ich9'><audio id='2'/></sound><audio id='1' type='none'/><audio id='2' type='spice'/>",
    ),
    Case(
        "audio", "sound/#1", "audio-backend||default", "AUDIO", "audio/1", access="CONNECT",
        devices="<sound model='ich9'/><audio id='1' type='none'/>",
    ),
    Case(
        "audio", "graphics/vnc", "audio-backend||1", "AUDIO", "audio/1", access="CONNECT",
        devices="<graphics type='vnc'><audio id='1'/></graphics><audio id='1' type='none'/>",
    ),
    Case(
        "boot", "disk/vda", "boot||1", "BOOT_ORDER",
        devices="<disk type='file'><target dev='vda'/><boot order='1'/></disk>",
    ),
    Case(
        "alias", "interface/52:54:00:00:00:01", "alias||net0", "INTERFACE", "interface/52:54:00:00:00:01",
        devices=VIRTIO.format(more="<alias name='net0'/>"),
    ),
    Case(
        "acpi", "interface/52:54:00:00:00:01", "acpi-index||3", "ACPI_INDEX",
        devices=VIRTIO.format(more="<acpi index='3'/>"),
    ),
)  # fmt: skip

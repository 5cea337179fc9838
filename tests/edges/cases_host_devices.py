"""Devices of the host that VMs are given."""

from .case import Case
from .cases_network import node_device

MDEV = "c2177883-f1bb-47f0-914d-32a22e3a8804"
USB = (
    "<path>/sys/devices/pci0000:00/0000:00:1d.0/usb1/1-1/1-1.2</path><capability type='usb_device'><bus>1</bus>"
    "<device>4</device><product id='0xc52b'>Receiver</product><vendor id='0x046d'>Logitech</vendor></capability>"
)
SCSI = "<capability type='scsi'><host>2</host><bus>0</bus><target>3</target><lun>1</lun></capability>"


def hostdev(kind: str, source: str, more: str = "") -> str:
    return f"<hostdev mode='subsystem' type='{kind}'>{source}{more}</hostdev>"


def container(kind: str, source: str) -> str:
    return f"<hostdev mode='capabilities' type='{kind}'><source>{source}</source></hostdev>"


ADAPTER = "<source><adapter name='scsi_host2'/><address bus='0' target='3' unit='1'/></source>"
LUN = "<source protocol='iscsi' name='iqn.2014-08.com.example:pool/1'><host name='Example.org'/>{auth}</source>"

CASES = (
    Case(
        "hostdev-pci", "hostdev/pci/0:6:18:5", "pci|{host}|0000:06:12.5", "NODE_DEVICE", "NODE_DEVICE/pci_0000_06_12_5",
        access="EXCLUSIVE", source=True,
        devices=hostdev("pci", "<source><address domain='0' bus='0x06' slot='0x12' function='5'/></source>"),
        resources=(
            (
                node_device(
                    "pci_0000_06_12_5",
                    "<capability type='pci'><domain>0</domain><bus>6</bus><slot>18</slot><function>5</function>"
                    "</capability>",
                ),
                {},
            ),
        ),
    ),
    Case(
        "hostdev-usb", "hostdev/usb/1133/50475", "usb|{host}|046d:c52b", "NODE_DEVICE", "NODE_DEVICE/usb_1_1_2",
        access="EXCLUSIVE", source=True,
        devices=hostdev("usb", "<source><vendor id='0x046D'/><product id='0xc52b'/></source>"),
        resources=((node_device("usb_1_1_2", USB), {}),),
    ),
    Case(
        "hostdev-usb", "hostdev/usb", "usb|{host}|1.4", "NODE_DEVICE", "NODE_DEVICE/usb_1_1_2", access="EXCLUSIVE",
        source=True, devices=hostdev("usb", "<source><address bus='001' device='0x4'/></source>"),
        resources=((node_device("usb_1_1_2", USB), {}),),
    ),
    Case(
        "hostdev-usb", "hostdev/usb", "usb|{host}|1-1.2", "NODE_DEVICE", "NODE_DEVICE/usb_1_1_2", access="EXCLUSIVE",
        source=True, devices=hostdev("usb", "<source><address bus='1' port='1.2'/></source>"),
        resources=((node_device("usb_1_1_2", USB), {}),),
    ),
    Case(
        "hostdev-scsi", "hostdev/scsi/scsi_host2/0:3:1", "scsi|{host}|2:0:3:1", "NODE_DEVICE",
        "NODE_DEVICE/scsi_2_0_3_1", access="EXCLUSIVE", source=True, devices=hostdev("scsi", ADAPTER, "<readonly/>"),
        resources=((node_device("scsi_2_0_3_1", SCSI), {}),),
    ),
    Case(
        "hostdev-scsi", "hostdev/scsi/scsi_host2/0:3:1", "scsi|{host}|2:0:3:1", "NODE_DEVICE", access="SHARE",
        source=True, devices=hostdev("scsi", ADAPTER, "<shareable/>"),
    ),
    Case(
        "hostdev-scsi", "hostdev/scsi/iqn.2014-08.com.example:pool/1",
        "network-volume||iscsi://example.org:3260/iqn.2014-08.com.example:pool/1", "NETWORK_VOLUME", access="WRITE",
        source=True, devices=hostdev("scsi", LUN.format(auth="")),
    ),
    Case(
        "disk-secret", "hostdev/scsi/iqn.2014-08.com.example:pool/1", "secret|{host}|iscsi:libvirtiscsi", "SECRET",
        devices=hostdev(
            "scsi",
            LUN.format(auth="<auth username='me'><secret type='iscsi' usage='libvirtiscsi'/></auth>"),
        ),
    ),
    Case(
        "hostdev-scsi-host", "hostdev/scsi_host/naa.5123456789abcde0", "vhost-scsi|{host}|naa.5123456789abcde0",
        "FC_TARGET", access="EXCLUSIVE", source=True,
        devices=hostdev("scsi_host", "<source protocol='vhost' wwpn='naa.5123456789abcde0'/>"),
    ),
    Case(
        "hostdev-mdev", f"hostdev/mdev/{MDEV}", f"mdev|{{host}}|{MDEV}", "NODE_DEVICE",
        f"NODE_DEVICE/mdev_{MDEV.replace('-', '_')}", access="EXCLUSIVE", source=True,
        devices=hostdev("mdev", f"<source><address uuid='{MDEV}'/></source>"),
        resources=((node_device(f"mdev_{MDEV.replace('-', '_')}", "<capability type='mdev'/>"), {}),),
    ),
    Case(
        "hostdev-caps", "hostdev/storage//dev/sdf1", "path|{host}|/dev/sdf1", "HOST_PATH", access="WRITE", source=True,
        devices=container("storage", "<block>/dev/sdf1</block>"),
    ),
    Case(
        "hostdev-caps", "hostdev/misc//dev/input/event3", "char|{host}|/dev/input/event3", "CHARACTER_DEVICE",
        access="CONNECT", source=True, devices=container("misc", "<char>/dev/input/event3</char>"),
    ),
    Case(
        "hostdev-caps", "hostdev/net/eth0", "interface|{host}|eth0", "HOST_INTERFACE", access="EXCLUSIVE", source=True,
        devices=container("net", "<interface>eth0</interface>"),
    ),
)  # fmt: skip

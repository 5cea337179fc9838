"""What network interfaces name."""

from .case import UUID, Case

NIC = "interface/52:54:00:00:00:01"
MAC = "<mac address='52:54:00:00:00:01'/>"
PORT = "873be5a0-6b8a-4a0b-a1df-ef3659cd64bc"
SWITCH = "503426b2-94e9-3b16-1d68-87bfff4a5440"
NETWORK = f"<network><name>lan</name><uuid>{PORT}</uuid>"


def nic(kind: str, inner: str, mac: str = MAC) -> str:
    return f"<interface type='{kind}'>{mac}{inner}</interface>"


def node_device(name: str, capability: str) -> str:
    return f"<device><name>{name}</name>{capability}</device>"


PCI = "<capability type='pci'><domain>0</domain><bus>3</bus><slot>16</slot><function>1</function></capability>"

CASES = (
    Case(
        "if-network", NIC, "network|{host}|lan", "NETWORK", "NETWORK/lan", access="CONNECT", source=True,
        devices=nic("network", "<source network='lan' portgroup='red'/>"), resources=((f"{NETWORK}</network>", {}),),
    ),
    Case(
        "if-networkport", NIC, f"network-port|{{host}}|{PORT}", "NETWORK_PORT", f"NETWORK_PORT/{PORT}",
        access="EXCLUSIVE", devices=nic("network", f"<source network='lan' portid='{PORT.upper()}'/>"),
        resources=(
            (f"<networkport><uuid>{PORT}</uuid><owner><uuid>{UUID}</uuid></owner></networkport>", {"network": "lan"}),
        ),
    ),
    Case(
        "if-bridge", NIC, "interface|{host}|br0", "HOST_INTERFACE", "HOST_INTERFACE/br0", access="CONNECT",
        source=True, devices=nic("bridge", "<source bridge='br0'/>"),
        resources=(("<interface type='bridge' name='br0'><bridge/></interface>", {}),),
    ),
    Case(
        "if-direct", NIC, "interface|{host}|eth0", "NODE_DEVICE", "NODE_DEVICE/net_eth0", access="CONNECT",
        source=True, devices=nic("direct", "<source dev='eth0' mode='bridge'/>"),
        resources=((node_device("net_eth0", "<capability type='net'><interface>eth0</interface></capability>"), {}),),
    ),
    Case(
        "if-direct", NIC, "interface|{host}|eth0", "HOST_INTERFACE", access="EXCLUSIVE", source=True,
        devices=nic("direct", "<source dev='eth0' mode='passthrough'/>"),
    ),
    Case(
        "if-direct", NIC, "interface|{host}|eth0", "HOST_INTERFACE", access="CONNECT", source=True,
        devices=nic("user", "<backend type='passt'/><source dev='eth0'/>"),
    ),
    Case(
        "if-hostdev", NIC, "pci|{host}|0000:03:10.1", "NODE_DEVICE", "NODE_DEVICE/pci_0000_03_10_1",
        access="EXCLUSIVE", source=True,
        devices=nic("hostdev", "<source><address type='pci' domain='0' bus='3' slot='0x10' function='1'/></source>"),
        resources=((node_device("pci_0000_03_10_1", PCI), {}),),
    ),
    Case(
        "if-hostdev", NIC, "usb|{host}|1.4", "NODE_DEVICE", access="EXCLUSIVE", source=True,
        devices=nic("hostdev", "<source><address type='usb' bus='1' device='4'/></source>"),
    ),
    Case(
        "if-vhostuser", NIC, "socket|{host}|/run/ovs.sock", "UNIX_SOCKET", access="EXCLUSIVE", source=True,
        devices=nic("vhostuser", "<source type='unix' path='/run//ovs.sock' mode='client'/>"),
    ),
    Case(
        "if-vdpa", NIC, "char|{host}|/dev/vhost-vdpa-0", "NODE_DEVICE", "NODE_DEVICE/vdpa_vdpa0",
        access="EXCLUSIVE", source=True, devices=nic("vdpa", "<source dev='/dev/vhost-vdpa-0'/>"),
        resources=(
            (
                node_device(
                    "vdpa_vdpa0", "<capability type='vdpa'><chardev>/dev/vhost-vdpa-0</chardev></capability>"
                ),
                {},
            ),
        ),
    ),
    Case(
        "if-vds", NIC, f"virtual-port||vds:{SWITCH}/5", "VIRTUAL_PORT", access="CONNECT", source=True,
        devices=nic("vds", f"<source switchid='{SWITCH}' portid='5' portgroupid='dvportgroup-1285'/>"),
    ),
    Case(
        "if-vds", NIC, f"virtual-port||vds:{SWITCH}/group:dvportgroup-1285", "VIRTUAL_PORT", access="CONNECT",
        source=True, devices=nic("vds", f"<source switchid='{SWITCH}' portid='5' portgroupid='dvportgroup-1285'/>"),
    ),
    Case(
        "if-socket", NIC, "endpoint||192.0.2.1:5558", "ENDPOINT", access="EXCLUSIVE", source=True,
        devices=nic("server", "<source address='192.0.2.1' port='5558'/>"),
    ),
    Case(
        "if-socket", NIC, "endpoint||192.0.2.1:5558", "ENDPOINT", access="CONNECT", source=True,
        devices=nic("client", "<source address='192.0.2.1' port='5558'/>"),
    ),
    Case(
        "if-socket", NIC, "endpoint||230.0.0.1:5558/udp", "ENDPOINT", access="CONNECT", source=True,
        devices=nic("mcast", "<source address='230.0.0.1' port='5558'/>"),
    ),
    Case(
        "if-socket", NIC, "endpoint|{host}|:5555/udp", "ENDPOINT", access="EXCLUSIVE", source=True,
        devices=nic("udp", "<source address='192.0.2.1' port='5558'><local address='127.0.0.1' port='5555'/></source>"),
    ),
    Case(
        "if-internal", NIC, "hypervisor-network|{host}|intnet", "HYPERVISOR_NETWORK", access="CONNECT", source=True,
        devices=nic("internal", "<source name='intnet'/>"),
    ),
    Case(
        "if-filter", NIC, "nwfilter|{host}|clean-traffic", "NWFILTER", "NWFILTER/clean-traffic",
        devices=nic("user", "<filterref filter='clean-traffic'><parameter name='IP' value='192.0.2.4'/></filterref>"),
        resources=(("<filter name='clean-traffic' chain='root'/>", {}),),
    ),
    Case(
        "if-virtualport", NIC, f"virtual-port||interface:{PORT}", "VIRTUAL_PORT", access="EXCLUSIVE",
        devices=nic(
            "bridge", f"<virtualport type='openvswitch'><parameters interfaceid='{PORT.upper()}'/></virtualport>"
        ),
    ),
    Case(
        "if-virtualport", NIC, "virtual-port||profile:finance", "VIRTUAL_PORT", access="CONNECT",
        devices=nic("direct", "<virtualport type='802.1Qbh'><parameters profileid='finance'/></virtualport>"),
    ),
    Case(
        "if-virtualport", NIC, "virtual-port||vsi-type:11/1193047/2", "VIRTUAL_PORT", access="CONNECT",
        devices=nic(
            "direct",
            "<virtualport type='802.1Qbg'>"
            "<parameters managerid='11' typeid='1193047' typeidversion='2'/>"
            "</virtualport>",
        ),
    ),
    Case(
        "if-virtualport", "NETWORK/lan", "virtual-port||profile:finance", "VIRTUAL_PORT",
        resources=(
            (
                f"{NETWORK}<portgroup name='red'><virtualport type='802.1Qbh'><parameters profileid='finance'/>"
                "</virtualport></portgroup></network>",
                {},
            ),
        ),
    ),
    Case(
        "if-virtualport", f"NETWORK_PORT/{PORT}", f"virtual-port||interface:{PORT}", "VIRTUAL_PORT",
        resources=(
            (
                f"<networkport><uuid>{PORT}</uuid><virtualport type='openvswitch'><parameters interfaceid='{PORT}'/>"
                "</virtualport></networkport>",
                {},
            ),
        ),
    ),
    Case(
        "if-tap", NIC, "interface|{host}|vnet3", "HOST_INTERFACE", access="EXCLUSIVE",
        devices=nic("bridge", "<target dev='vnet3'/>"),
    ),
    Case(
        "if-mac", NIC, "mac||52:54:00:00:00:01", "MAC_ADDRESS", access="EXCLUSIVE", devices=nic("user", ""),
    ),
    Case(
        "if-mac", "interface/52:54:0:0:0:A", "mac||52:54:00:00:00:0a", "MAC_ADDRESS", access="EXCLUSIVE",
        devices=nic("user", "", "<mac address='52:54:0:0:0:A'/>"),
    ),
    Case(
        "if-mac", "NETWORK/lan", "mac||52:54:00:00:00:01", "MAC_ADDRESS",
        resources=(
            (
                f"{NETWORK}<ip address='192.0.2.1'><dhcp><host mac='52:54:00:00:00:01' ip='192.0.2.4'/></dhcp></ip>"
                "</network>",
                {},
            ),
        ),
    ),
    Case(
        "if-mac", "NETWORK/lan", "mac||52:54:00:00:00:01", "MAC_ADDRESS",
        resources=((f"{NETWORK}</network>", {"leases": [{"mac": "52:54:00:00:00:01", "ipAddress": "192.0.2.4"}]}),),
    ),
    Case(
        "if-mac", f"NETWORK_PORT/{PORT}", "mac||52:54:00:00:00:01", "MAC_ADDRESS",
        resources=((f"<networkport><uuid>{PORT}</uuid>{MAC}</networkport>", {}),),
    ),
    Case(
        "if-mac", "NWFILTER_BINDING/vnet3", "mac||52:54:00:00:00:01", "MAC_ADDRESS",
        resources=((f"<filterbinding><portdev name='vnet3'/>{MAC}</filterbinding>", {}),),
    ),
    Case(
        "if-mac", "NODE_DEVICE/net_eth0", "mac||52:54:00:00:00:01", "MAC_ADDRESS",
        resources=(
            (
                node_device("net_eth0", "<capability type='net'><address>52:54:00:00:00:01</address></capability>"),
                {},
            ),
        ),
    ),
    Case(
        "if-vlan", NIC, "vlan||42", "VLAN", access="CONNECT",
        devices=nic("bridge", "<vlan trunk='yes'><tag id='42'/><tag id='47'/></vlan>"),
    ),
    Case(
        "if-vlan", "NETWORK/lan", "vlan||42", "VLAN",
        resources=((f"{NETWORK}<portgroup name='red'><vlan><tag id='42'/></vlan></portgroup></network>", {}),),
    ),
    Case(
        "if-vlan", f"NETWORK_PORT/{PORT}", "vlan||42", "VLAN",
        resources=((f"<networkport><uuid>{PORT}</uuid><vlan><tag id='42'/></vlan></networkport>", {}),),
    ),
)  # fmt: skip

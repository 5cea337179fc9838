"""What resources of a host name."""

from .case import UUID, Case, Given

POOL_UUID = "3e3fce45-4f53-4fa7-bb32-11f34168b82b"
PORT_UUID = "7ae5cf7f-4ad2-43c0-88ba-9a8fe3b5e5f2"
SECRET = "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87"


def pci(function: int, inside: str = "") -> Given:
    return (
        f"<device><name>pci_0000_06_00_{function}</name><parent>pci_0000_00_1c_0</parent><capability type='pci'>"
        f"<domain>0</domain><bus>6</bus><slot>0</slot><function>{function}</function>{inside}</capability></device>",
        {},
    )


def address(function: int) -> str:
    return f"<address domain='0x0000' bus='0x06' slot='0x00' function='0x{function}'/>"


def over(path: str) -> str:
    return f"<volume><name>web.qcow2</name><backingStore><path>{path}</path></backingStore></volume>"


def secret(usage: str) -> Given:
    return (f"<secret><uuid>{SECRET}</uuid><usage {usage}</usage></secret>", {})


LUKS = secret("type='volume'><volume>/images/luks.img</volume>")
CEPH = secret("type='ceph'><name>client.libvirt</name>")
POOL: Given = (f"<pool type='dir'><name>default</name><uuid>{POOL_UUID}</uuid></pool>", {})
VOLUME = "<volume><name>web.qcow2</name></volume>"
GROUP = f"<iommuGroup number='12'>{address(0)}{address(1)}</iommuGroup>"
DEFAULT: Given = (
    "<network><name>default</name><uuid>81ff0d90-c91e-6742-64da-4a736edb9a9b</uuid><forward mode='nat' dev='eth0'/>"
    "<bridge name='virbr0'/></network>",
    {},
)
PORT: Given = (
    f"<networkport><uuid>{PORT_UUID}</uuid><owner><name>case</name><uuid>{UUID}</uuid></owner></networkport>",
    {"network": "default"},
)
BINDING: Given = (
    f"<filterbinding><owner><name>case</name><uuid>{UUID}</uuid></owner><portdev name='vnet0'/><filterref "
    "filter='clean-traffic'/></filterbinding>",
    {},
)
CLEAN: Given = ("<filter name='clean-traffic' chain='root'><filterref filter='no-mac-spoofing'/></filter>", {})

CASES = (
    Case(
        "host-pool-vol", "STORAGE_VOLUME/web.qcow2", "pool|{host}|default", "STORAGE_POOL", "STORAGE_POOL/default",
        resources=((VOLUME, {"pool": "default", "poolUuid": POOL_UUID}), POOL),
    ),
    Case(
        "host-pool-vol", "STORAGE_VOLUME/web.qcow2", f"pool|{{host}}|uuid:{POOL_UUID}", "STORAGE_POOL",
        "STORAGE_POOL/default", resources=((VOLUME, {"poolUuid": POOL_UUID}), POOL),
    ),
    Case(
        "host-vol-backing", "STORAGE_VOLUME/web.qcow2", "path|{host}|/images/golden.img", "STORAGE_VOLUME",
        "STORAGE_VOLUME/golden.img",
        resources=(
            (over("/images/golden.img"), {}),
            ("<volume><name>golden.img</name><target><path>/images/golden.img</path></target></volume>", {}),
        ),
    ),
    Case(
        "host-vol-backing", "STORAGE_VOLUME/web.qcow2", "network-volume||gluster://g1:24007/vol0/golden.img",
        "NETWORK_VOLUME",
        resources=((over("gluster://g1/vol0/golden.img"), {}),),
    ),
    Case(
        "host-pool-secret", "STORAGE_POOL/san", "secret|{host}|ceph:client.libvirt", "SECRET", "SECRET/client.libvirt",
        resources=(
            ("<pool type='rbd'><name>san</name><source><name>vms</name><auth type='ceph' username='libvirt'><secret "
             "usage='client.libvirt'/></auth></source></pool>", {}),
            CEPH,
        ),
    ),
    Case(
        "host-pool-secret", "STORAGE_VOLUME/luks.img", f"secret|{{host}}|{SECRET}", "SECRET", "SECRET//images/luks.img",
        resources=(
            (f"<volume><name>luks.img</name><target><encryption format='luks'><secret type='passphrase' "
             f"uuid='{SECRET}'/></encryption></target></volume>", {}),
            LUKS,
        ),
    ),
    Case(
        "host-net-bridge", "NETWORK/default", "interface|{host}|virbr0", "HOST_INTERFACE", "HOST_INTERFACE/virbr0",
        resources=(DEFAULT, ("<interface type='bridge' name='virbr0'><bridge/></interface>", {})),
    ),
    Case(
        "host-net-bridge", "NETWORK/default", "interface|{host}|virbr0", "HOST_INTERFACE", resources=(DEFAULT,),
    ),
    Case(
        "host-net-forward", "NETWORK/default", "interface|{host}|eth0", "NODE_DEVICE", "NODE_DEVICE/net_eth0",
        resources=(DEFAULT, ("<device><name>net_eth0</name><capability type='net'><interface>eth0</interface>"
                             "</capability></device>", {})),
    ),
    Case(
        "host-net-forward", "NETWORK/vfs", "pci|{host}|0000:06:00.1", "NODE_DEVICE", "NODE_DEVICE/pci_0000_06_00_1",
        resources=(("<network><name>vfs</name><forward mode='hostdev'><address type='pci' domain='0' bus='6' slot='0' "
                    "function='1'/></forward></network>", {}), pci(1)),
    ),
    Case(
        "host-net-port", f"NETWORK_PORT/{PORT_UUID}", f"domain|{{host}}|{UUID}", "DOMAIN", "domain", resources=(PORT,),
    ),
    Case(
        "host-net-port", f"NETWORK_PORT/{PORT_UUID}", "network|{host}|default", "NETWORK", "NETWORK/default",
        resources=(PORT, DEFAULT),
    ),
    Case(
        "host-nwfilter-tree", "NWFILTER/clean-traffic", "nwfilter|{host}|no-mac-spoofing", "NWFILTER",
        "NWFILTER/no-mac-spoofing", resources=(CLEAN, ("<filter name='no-mac-spoofing' chain='mac'/>", {})),
    ),
    Case(
        "host-nwbinding", "NWFILTER_BINDING/vnet0", f"domain|{{host}}|{UUID}", "DOMAIN", "domain", resources=(BINDING,),
    ),
    Case(
        "host-nwbinding", "NWFILTER_BINDING/vnet0", "interface|{host}|vnet0", "HOST_INTERFACE", resources=(BINDING,),
    ),
    Case(
        "host-nwbinding", "NWFILTER_BINDING/vnet0", "nwfilter|{host}|clean-traffic", "NWFILTER",
        "NWFILTER/clean-traffic", resources=(BINDING, CLEAN),
    ),
    Case(
        "host-nodedev-parent", "NODE_DEVICE/pci_0000_06_00_0", "node-device|{host}|pci_0000_00_1c_0", "NODE_DEVICE",
        "NODE_DEVICE/pci_0000_00_1c_0",
        resources=(pci(0), ("<device><name>pci_0000_00_1c_0</name><parent>computer</parent></device>", {})),
    ),
    Case(
        "host-nodedev-iommu", "NODE_DEVICE/pci_0000_06_00_0", "iommu-group|{host}|12", "IOMMU_GROUP",
        resources=(pci(0, GROUP), pci(1, GROUP)),
    ),
    Case(
        "host-nodedev-iommu", "NODE_DEVICE/pci_0000_06_00_0", "pci|{host}|0000:06:00.1", "NODE_DEVICE",
        "NODE_DEVICE/pci_0000_06_00_1", resources=(pci(0, GROUP), pci(1, GROUP)),
    ),
    Case(
        "host-nodedev-vf", "NODE_DEVICE/pci_0000_06_00_0", "pci|{host}|0000:06:00.1", "NODE_DEVICE",
        "NODE_DEVICE/pci_0000_06_00_1",
        resources=(
            pci(0, f"<capability type='virt_functions' maxCount='7'>{address(1)}{address(2)}</capability>"),
            pci(1),
        ),
    ),
    Case(
        "host-nodedev-vf", "NODE_DEVICE/pci_0000_06_00_1", "pci|{host}|0000:06:00.0", "NODE_DEVICE",
        "NODE_DEVICE/pci_0000_06_00_0",
        resources=(pci(0), pci(1, f"<capability type='phys_function'>{address(0)}</capability>")),
    ),
    Case(
        "host-secret-usage", "SECRET//images/luks.img", "path|{host}|/images/luks.img", "STORAGE_VOLUME",
        "STORAGE_VOLUME/luks.img",
        resources=(
            LUKS,
            ("<volume><name>luks.img</name><target><path>/images/luks.img</path></target></volume>", {}),
        ),
    ),
    Case(
        "host-secret-usage", "SECRET/client.libvirt", "secret-usage||ceph:client.libvirt", "SECRET_USAGE",
        resources=(CEPH,),
    ),
)  # fmt: skip

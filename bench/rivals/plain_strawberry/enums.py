# ruff: noqa: D101 (the words are libvirt's, and their names say it all)
"""Enums: the names of GraphQL, and the stored words behind them."""

from enum import Enum

import strawberry


@strawberry.enum
class DeviceKind(Enum):
    DISK = "DISK"
    CONTROLLER = "CONTROLLER"
    LEASE = "LEASE"
    FILESYSTEM = "FILESYSTEM"
    INTERFACE = "INTERFACE"
    SMARTCARD = "SMARTCARD"
    SERIAL = "SERIAL"
    PARALLEL = "PARALLEL"
    CONSOLE = "CONSOLE"
    CHANNEL = "CHANNEL"
    INPUT = "INPUT"
    TPM = "TPM"
    GRAPHICS = "GRAPHICS"
    SOUND = "SOUND"
    AUDIO = "AUDIO"
    VIDEO = "VIDEO"
    HOSTDEV = "HOSTDEV"
    REDIRDEV = "REDIRDEV"
    REDIRFILTER = "REDIRFILTER"
    HUB = "HUB"
    WATCHDOG = "WATCHDOG"
    MEMBALLOON = "MEMBALLOON"
    RNG = "RNG"
    NVRAM = "NVRAM"
    PANIC = "PANIC"
    SHMEM = "SHMEM"
    MEMORY = "MEMORY"
    CRYPTO = "CRYPTO"
    IOMMU = "IOMMU"
    VSOCK = "VSOCK"
    PSTORE = "PSTORE"


@strawberry.enum
class ResourceKind(Enum):
    CAPABILITIES = "CAPABILITIES"
    DOMAIN_CAPABILITIES = "DOMAIN_CAPABILITIES"
    DOMAIN_CHECKPOINT = "DOMAIN_CHECKPOINT"
    DOMAIN_SNAPSHOT = "DOMAIN_SNAPSHOT"
    HOST_INTERFACE = "HOST_INTERFACE"
    NETWORK = "NETWORK"
    NETWORK_PORT = "NETWORK_PORT"
    NODE_DEVICE = "NODE_DEVICE"
    NWFILTER = "NWFILTER"
    NWFILTER_BINDING = "NWFILTER_BINDING"
    SECRET = "SECRET"
    STORAGE_POOL = "STORAGE_POOL"
    STORAGE_VOLUME = "STORAGE_VOLUME"
    AUDIO_SERVER = "AUDIO_SERVER"
    CERTIFICATE = "CERTIFICATE"
    CHARACTER_DEVICE = "CHARACTER_DEVICE"
    CONTAINER_TEMPLATE = "CONTAINER_TEMPLATE"
    DOMAIN = "DOMAIN"
    EMULATOR = "EMULATOR"
    ENDPOINT = "ENDPOINT"
    FC_TARGET = "FC_TARGET"
    GUEST_OS = "GUEST_OS"
    HOST_PATH = "HOST_PATH"
    HYPERVISOR_NETWORK = "HYPERVISOR_NETWORK"
    IOMMU_GROUP = "IOMMU_GROUP"
    LOCK_LEASE = "LOCK_LEASE"
    MAC_ADDRESS = "MAC_ADDRESS"
    MACHINE_TYPE = "MACHINE_TYPE"
    NETWORK_VOLUME = "NETWORK_VOLUME"
    NUMA_NODE = "NUMA_NODE"
    SECRET_USAGE = "SECRET_USAGE"
    SHARED_MEMORY = "SHARED_MEMORY"
    UNIX_SOCKET = "UNIX_SOCKET"
    VIRTUAL_PORT = "VIRTUAL_PORT"
    VM_DISK = "VM_DISK"
    VLAN = "VLAN"
    VSOCK_CID = "VSOCK_CID"


@strawberry.enum
class EdgeRole(Enum):
    ACPI = "acpi"
    ADDR_CCID = "addr-ccid"
    ADDR_DRIVE = "addr-drive"
    ADDR_FLAT = "addr-flat"
    ADDR_PCI = "addr-pci"
    ADDR_USB = "addr-usb"
    ADDR_VIRTIO_SERIAL = "addr-virtio-serial"
    ALIAS = "alias"
    AUDIO = "audio"
    AUDIO_HOST = "audio-host"
    BACKING_CHAIN = "backing-chain"
    BLKIOTUNE = "blkiotune"
    BOOT = "boot"
    CHANNEL_AGENT = "channel-agent"
    CHARDEV_LOG = "chardev-log"
    CHARDEV_NMDM = "chardev-nmdm"
    CHARDEV_PATH = "chardev-path"
    CHARDEV_TCP = "chardev-tcp"
    CHARDEV_UNIX = "chardev-unix"
    CONSOLE_SERIAL = "console-serial"
    CTRL_IOTHREAD = "ctrl-iothread"
    CTRL_NUMA = "ctrl-numa"
    DISK_BACKENDDOMAIN = "disk-backenddomain"
    DISK_BLOCK = "disk-block"
    DISK_CTL = "disk-ctl"
    DISK_DATASTORE = "disk-datastore"
    DISK_DIR = "disk-dir"
    DISK_FILE = "disk-file"
    DISK_IDENTITY = "disk-identity"
    DISK_IOTHREAD = "disk-iothread"
    DISK_IOTUNE_GROUP = "disk-iotune-group"
    DISK_MIRROR = "disk-mirror"
    DISK_NETWORK = "disk-network"
    DISK_NVME = "disk-nvme"
    DISK_RESERVATIONS = "disk-reservations"
    DISK_SECRET = "disk-secret"
    DISK_TARGET = "disk-target"
    DISK_THROTTLE = "disk-throttle"
    DISK_VHOSTUSER = "disk-vhostuser"
    DISK_VHOSTVDPA = "disk-vhostvdpa"
    DISK_VOLUME = "disk-volume"
    DOM_EMULATOR = "dom-emulator"
    DOM_FIRMWARE = "dom-firmware"
    DOM_FWCFG = "dom-fwcfg"
    DOM_LIBOSINFO = "dom-libosinfo"
    DOM_MACHINE = "dom-machine"
    DOM_SMBIOS = "dom-smbios"
    DOM_SNAPSHOT = "dom-snapshot"
    DRM = "drm"
    FS_SOURCE = "fs-source"
    GFX_ENDPOINT = "gfx-endpoint"
    GFX_LISTEN = "gfx-listen"
    HOST_NET_BRIDGE = "host-net-bridge"
    HOST_NET_FORWARD = "host-net-forward"
    HOST_NET_PORT = "host-net-port"
    HOST_NODEDEV_IOMMU = "host-nodedev-iommu"
    HOST_NODEDEV_PARENT = "host-nodedev-parent"
    HOST_NODEDEV_VF = "host-nodedev-vf"
    HOST_NWBINDING = "host-nwbinding"
    HOST_NWFILTER_TREE = "host-nwfilter-tree"
    HOST_POOL_SECRET = "host-pool-secret"
    HOST_POOL_VOL = "host-pool-vol"
    HOST_SECRET_USAGE = "host-secret-usage"
    HOST_VOL_BACKING = "host-vol-backing"
    HOSTDEV_CAPS = "hostdev-caps"
    HOSTDEV_MDEV = "hostdev-mdev"
    HOSTDEV_PCI = "hostdev-pci"
    HOSTDEV_SCSI = "hostdev-scsi"
    HOSTDEV_SCSI_HOST = "hostdev-scsi-host"
    HOSTDEV_USB = "hostdev-usb"
    IF_BRIDGE = "if-bridge"
    IF_DIRECT = "if-direct"
    IF_FILTER = "if-filter"
    IF_HOSTDEV = "if-hostdev"
    IF_INTERNAL = "if-internal"
    IF_MAC = "if-mac"
    IF_NETWORK = "if-network"
    IF_NETWORKPORT = "if-networkport"
    IF_SOCKET = "if-socket"
    IF_TAP = "if-tap"
    IF_VDPA = "if-vdpa"
    IF_VDS = "if-vds"
    IF_VHOSTUSER = "if-vhostuser"
    IF_VIRTUALPORT = "if-virtualport"
    IF_VLAN = "if-vlan"
    INPUT_HOST = "input-host"
    IOMMU_PCI = "iommu-pci"
    LEASE = "lease"
    MEM_HOSTNODE = "mem-hostnode"
    MEM_NODE = "mem-node"
    NVDIMM = "nvdimm"
    PSTORE = "pstore"
    QEMU_OVERRIDE = "qemu-override"
    REDIRFILTER = "redirfilter"
    RNG_SRC = "rng-src"
    ROM = "rom"
    SHMEM = "shmem"
    SMARTCARD = "smartcard"
    SPICE = "spice"
    TEAMING = "teaming"
    TPM = "tpm"
    TPM_EXT = "tpm-ext"
    TPM_SECRET = "tpm-secret"
    USB_COMPANION = "usb-companion"
    VSOCK = "vsock"


@strawberry.enum
class Access(Enum):
    READ = "READ"
    WRITE = "WRITE"
    SHARE = "SHARE"
    EXCLUSIVE = "EXCLUSIVE"
    CONNECT = "CONNECT"


@strawberry.enum
class VcpuPlacement(Enum):
    STATIC = "static"
    AUTO = "auto"


@strawberry.enum
class CpuMode(Enum):
    CUSTOM = "custom"
    HOST_MODEL = "host-model"
    HOST_PASSTHROUGH = "host-passthrough"
    MAXIMUM = "maximum"


@strawberry.enum
class CpuCheck(Enum):
    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


@strawberry.enum
class VmState(Enum):
    UNKNOWN = "UNKNOWN"
    NOSTATE = "NOSTATE"
    RUNNING = "RUNNING"
    BLOCKED = "BLOCKED"
    PAUSED = "PAUSED"
    SHUTDOWN = "SHUTDOWN"
    SHUTOFF = "SHUTOFF"
    CRASHED = "CRASHED"
    PMSUSPENDED = "PMSUSPENDED"


@strawberry.enum
class DiskDevice(Enum):
    DISK = "disk"
    CDROM = "cdrom"
    FLOPPY = "floppy"
    LUN = "lun"


@strawberry.enum
class DiskCache(Enum):
    DEFAULT = "default"
    NONE = "none"
    WRITEBACK = "writeback"
    WRITETHROUGH = "writethrough"
    DIRECTSYNC = "directsync"
    UNSAFE = "unsafe"


@strawberry.enum
class DiskIo(Enum):
    THREADS = "threads"
    NATIVE = "native"
    IO_URING = "io_uring"


@strawberry.enum
class DiskDiscard(Enum):
    UNMAP = "unmap"
    IGNORE = "ignore"


@strawberry.enum
class DiskBus(Enum):
    IDE = "ide"
    FDC = "fdc"
    SCSI = "scsi"
    VIRTIO = "virtio"
    XEN = "xen"
    USB = "usb"
    UML = "uml"
    SATA = "sata"
    SD = "sd"
    NVME = "nvme"


@strawberry.enum
class PciControllerModel(Enum):
    SPAPR_PCI_HOST_BRIDGE = "spapr-pci-host-bridge"
    PCI_BRIDGE = "pci-bridge"
    I82801B11_BRIDGE = "i82801b11-bridge"
    PCIE_PCI_BRIDGE = "pcie-pci-bridge"
    IOH3420 = "ioh3420"
    PCIE_ROOT_PORT = "pcie-root-port"
    X3130_UPSTREAM = "x3130-upstream"
    XIO3130_DOWNSTREAM = "xio3130-downstream"
    PXB = "pxb"
    PXB_PCIE = "pxb-pcie"


@strawberry.enum
class LinkState(Enum):
    UP = "up"
    DOWN = "down"


@strawberry.enum
class ChannelState(Enum):
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


@strawberry.enum
class InputBus(Enum):
    PS2 = "ps2"
    USB = "usb"
    XEN = "xen"
    VIRTIO = "virtio"


@strawberry.enum
class TpmVersion(Enum):
    V1_2 = "1.2"
    V2_0 = "2.0"


@strawberry.enum
class SoundCodecType(Enum):
    DUPLEX = "duplex"
    MICRO = "micro"
    OUTPUT = "output"


@strawberry.enum
class WatchdogAction(Enum):
    RESET = "reset"
    SHUTDOWN = "shutdown"
    POWEROFF = "poweroff"
    PAUSE = "pause"
    NONE = "none"
    DUMP = "dump"
    INJECT_NMI = "inject-nmi"

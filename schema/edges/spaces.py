"""The spaces of names: what can be named, and how far a name reaches."""

from .words import Space

# Within a host
PATH = Space("path", "HOST_PATH")
"""Files, directories and block devices, by absolute path: whether a volume answers or nobody does."""
CHARACTER = Space("char", "CHARACTER_DEVICE")
SOCKET = Space("socket", "UNIX_SOCKET")
POOL = Space("pool", "STORAGE_POOL", listed=True)
"""By name, and by `uuid:…`."""
VOLUME = Space("volume", "STORAGE_VOLUME", listed=True)
"""`pool/volume`, by their names."""
NETWORK = Space("network", "NETWORK", listed=True)
"""By name, and by `uuid:…`."""
NETWORK_PORT = Space("network-port", "NETWORK_PORT", listed=True)
"""By UUID, which is enough: no two networks have ports of one."""
INTERFACE = Space("interface", "HOST_INTERFACE")
"""Network interfaces of the host, bridges among them."""
PCI = Space("pci", "NODE_DEVICE", listed=True)
USB = Space("usb", "NODE_DEVICE", listed=True)
"""`bus.device`, `bus-port` or `vendor:product`."""
SCSI = Space("scsi", "NODE_DEVICE", listed=True)
"""`host:bus:target:unit`."""
MDEV = Space("mdev", "NODE_DEVICE", listed=True)
NODE_DEVICE = Space("node-device", "NODE_DEVICE", listed=True)
"""Node devices by libvirt's own name for them."""
IOMMU_GROUP = Space("iommu-group", "IOMMU_GROUP")
NWFILTER = Space("nwfilter", "NWFILTER", listed=True)
SECRET = Space("secret", "SECRET", listed=True)
"""By UUID, or `type:usage`."""
DOMAIN = Space("domain", "DOMAIN", listed=True)
"""VMs, by UUID and by `name:…`."""
SNAPSHOT = Space("snapshot", "DOMAIN_SNAPSHOT", listed=True)
CHECKPOINT = Space("checkpoint", "DOMAIN_CHECKPOINT", listed=True)
"""Both as `domain/name`, by the UUID of the domain."""
CERTIFICATE = Space("certificate", "CERTIFICATE")
"""`database:name`."""
TEMPLATE = Space("template", "CONTAINER_TEMPLATE")
VM_DISK = Space("vm-disk", "VM_DISK")
"""A disk of a VM: the VM's UUID, and the name that snapshots and block jobs call the disk by."""
SHARED_MEMORY = Space("shmem", "SHARED_MEMORY")
NUMA_NODE = Space("numa-node", "NUMA_NODE")
AUDIO_SERVER = Space("audio", "AUDIO_SERVER")
EMULATOR = Space("emulator", "EMULATOR")
MACHINE_TYPE = Space("machine", "MACHINE_TYPE")
"""`arch:machine`."""
VSOCK_CID = Space("vsock", "VSOCK_CID")
FC_TARGET = Space("vhost-scsi", "FC_TARGET")
HYPERVISOR_NETWORK = Space("hypervisor-network", "HYPERVISOR_NETWORK")
ENDPOINT = Space("endpoint", "ENDPOINT")
"""`address:port`, for UDP `address:port/udp`; loopback and wildcard addresses are the host's own, `:port`, others mean
the same everywhere."""

# Within the fleet
NETWORK_VOLUME = Space("network-volume", "NETWORK_VOLUME", "FLEET")
"""`protocol://servers/name`; of the host alone where no server is named or the host is its own."""
SECRET_USAGE = Space("secret-usage", "SECRET_USAGE", "FLEET")
"""`type:name`."""
LOCK_LEASE = Space("lease", "LOCK_LEASE", "FLEET")
MAC_ADDRESS = Space("mac", "MAC_ADDRESS", "FLEET")
VLAN = Space("vlan", "VLAN", "FLEET")
VIRTUAL_PORT = Space("virtual-port", "VIRTUAL_PORT", "FLEET")
"""`interface:…`, `instance:…`, `profile:…` and `vsi-type:…` of virtual ports, `vds:…` of VMware's switches."""
GUEST_OS = Space("os", "GUEST_OS", "FLEET")

# Within a VM
DEVICE_ALIAS = Space("alias", "ALIAS", "VM")
CONTROLLER = Space("controller", "CONTROLLER", "VM")
"""Controllers as `type:index`, `usb:0`; hubs with the ports that lead to them behind, `usb:0/1.2`."""
IO_THREAD = Space("iothread", "IO_THREAD", "VM")
THROTTLE_GROUP = Space("throttle-group", "THROTTLE_GROUP", "VM")
IOTUNE_GROUP = Space("iotune-group", "IOTUNE_GROUP", "VM")
"""Disks by the names that snapshots and block jobs give them: the target's, or the path of the source."""
DISK_IDENTITY = Space("disk-identity", "DISK_IDENTITY", "VM")
"""What the guest reads of a disk: `serial:…`, `wwn:…`, `vendor:…`, `product:…`."""
SYSINFO = Space("sysinfo", "SYSINFO", "VM")
BOOT_ORDER = Space("boot", "BOOT_ORDER", "VM")
ACPI_INDEX = Space("acpi-index", "ACPI_INDEX", "VM")
NUMA_CELL = Space("numa-cell", "NUMA_CELL", "VM")
BUS_ADDRESS = Space("address", "BUS_ADDRESS", "VM")
"""`type:place` on buses that no controller stands for: `isa:0x3f8`, `dimm:0`."""
SERIAL_PORT = Space("serial", "SERIAL_PORT", "VM")
"""`first`."""
GUEST_PROGRAM = Space("guest-program", "GUEST_PROGRAM", "VM")
DISPLAY = Space("display", "DISPLAY", "VM")
"""Graphics by type, `spice`."""
REDIRECTION = Space("redirection", "REDIRECTION", "VM")
"""The rules for a bus, `usb`."""
AUDIO_BACKEND = Space("audio-backend", "AUDIO_BACKEND", "VM")
"""By number; the first is also `default`."""

SPACES: dict[str, Space] = {space.name: space for space in vars().values() if isinstance(space, Space)}

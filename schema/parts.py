"""Small elements that several devices share."""

from enum import Enum

import strawberry

from .element import Document, Element, attribute, child, children, derived, element
from .scalars import Hex1, Hex2, Long, LongHex4, OnOff, YesNo, word, words


@element
class Acpi(Element):
    """What the guest's ACPI tables say about the device."""

    index: int | None = attribute(
        "Number by which the guest names a network device (Linux with systemd: `eno1`), so that the name outlives a "
        "move to another slot; 1 to 16383, unique among the VM's devices.",
        since="7.3.0",
    )
    nodeset: str | None = attribute(
        "NUMA cells of the guest that belong to the device, such as `1-8`: each becomes an ACPI generic initiator, as "
        "the slices of a partitioned GPU need it.",
        since="11.8.0",
    )


@element
class VirtioOptions(Element):
    """How a virtio device reaches the guest's memory; best left to the hypervisor without a reason."""

    iommu: OnOff | None = attribute("Whether the device's memory accesses go through the guest's IOMMU.", since="3.5.0")
    ats: OnOff | None = attribute(
        "Whether the device may keep translated addresses (PCIe's Address Translation Services), which makes an IOMMU "
        "cheaper.",
        since="3.5.0",
    )
    packed: OnOff | None = attribute(
        "Whether virtqueues in the packed layout are offered: one ring instead of two, kinder to caches. The guest's "
        "driver has to agree.",
        since="6.3.0",
    )
    page_per_vq: OnOff | None = attribute(
        "Whether each virtqueue is notified through a memory page of its own, as mapping the notifications to real "
        "hardware (vDPA) needs it. QEMU decides where it is missing.",
        xml="page_per_vq",
        since="7.9.0",
    )


@element
class SecurityLabel(Element):
    """A security driver's label for one source, instead of the label that the domain would give it."""

    model: str | None = attribute("Security driver that the label is for: `selinux`, `apparmor` or `dac`.")
    relabel: YesNo | None = attribute(
        "Whether libvirt labels the source; `false` leaves it as it is, for instance on NFS.", since="0.9.9"
    )
    labelskip: YesNo | None = attribute(
        "libvirt's own note that labelling was skipped because the file system knows no labels; live only.",
        since="1.1.2",
    )
    labels: list[str] | None = children(
        "The label to set, in the security driver's notation: an SELinux context, or owner and group as `0:107`.",
        xml="label",
        since="0.9.9",
    )


@element
class Reconnect(Element):
    """Whether and how a lost connection to a socket is made again."""

    enabled: YesNo | None = attribute("Whether the hypervisor tries to connect again after a loss.")
    timeout: int | None = attribute("Seconds after which the hypervisor tries to connect again.")
    delay: int | None = attribute(
        "Seconds that requests to an NBD disk wait for a lost server before they fail; 0 where it is missing."
    )


@words
class SecretType(Enum):
    """What kind of service a secret of libvirt opens."""

    CEPH = word("ceph", "The key of a user of a Ceph cluster")
    ISCSI = word("iscsi", "The CHAP password of an iSCSI target")


@element
class AuthSecret(Element):
    """The secret, kept by libvirt, that holds a password; the XML never shows the password itself."""

    type: SecretType | None = attribute("What kind of service the secret opens.")
    uuid: str | None = attribute("UUID that the secret has in libvirt.", searchable=True)
    usage: str | None = attribute("Usage name that the secret has in libvirt, instead of its UUID.", searchable=True)


@element
class Auth(Element):
    """Credentials that the hypervisor shows to a network service."""

    username: str | None = attribute("User name for logging in to the service.", searchable=True)
    secret: AuthSecret | None = child("Where libvirt finds the password that goes with the name.")


@words
class EncryptionFormat(Enum):
    """How the data of a disk is encrypted."""

    DEFAULT = word("default", "The encryption that goes with the image's own format; no longer used for new volumes")
    QCOW = word("qcow", "The broken encryption of old qcow images; refused since libvirt 4.5.0")
    LUKS = word("luks", "LUKS version 1, Linux's usual disk encryption", since="2.1.0")
    LUKS2 = word("luks2", "LUKS version 2, which only librbd decrypts, on Ceph images", since="7.9.0")
    LUKS_ANY = word("luks-any", "Whichever version of LUKS the Ceph image has, by librbd only", since="9.3.0")


@words
class EncryptionEngine(Enum):
    """Which program part decrypts the data of a disk."""

    QEMU = word("qemu", "The block layer of QEMU itself")
    LIBRBD = word("librbd", "Ceph's client library, for RBD images only", since="7.9.0")


@words
class PassphraseType(Enum):
    """What the secret of an encrypted volume holds."""

    PASSPHRASE = word("passphrase", "The passphrase that unlocks the volume")


@element
class EncryptionSecret(Element):
    """The secret, kept by libvirt, that holds the passphrase of an encrypted volume."""

    type: PassphraseType | None = attribute("What the secret holds, always a passphrase.")
    uuid: str | None = attribute("UUID that the secret has in libvirt.", searchable=True)
    usage: str | None = attribute(
        "Usage name that the secret has in libvirt, instead of its UUID.", searchable=True, since="2.1.0"
    )


@element
class Cipher(Element):
    """How a LUKS volume is encrypted; what is missing is up to the program that makes the volume."""

    name: str | None = attribute("Algorithm of the encryption, such as `aes`, `serpent` or `twofish`.")
    size: int | None = attribute("Length of the key in bits, such as 256.")
    mode: str | None = attribute("How blocks are chained, such as `xts` or `cbc`.")
    hash: str | None = attribute("Digest that the master key is derived with, such as `sha256`.")


@element
class InitializationVector(Element):
    """How each sector of a LUKS volume gets a start value for its encryption."""

    name: str | None = attribute("Generator of the start values, such as `plain64` or `essiv`.")
    hash: str | None = attribute("Digest that the generator uses, such as `sha256`.")


@element
class Encryption(Element):
    """How the data of a disk or volume is encrypted, and what unlocks it."""

    format: EncryptionFormat | None = attribute("How the data is encrypted, `luks` nearly always.", searchable=True)
    engine: EncryptionEngine | None = attribute(
        "Which program part decrypts the data; QEMU itself where it is missing.", since="7.9.0"
    )
    secrets: list[EncryptionSecret] | None = children(
        "Secrets that unlock the data; several for layered Ceph images, the image's own first (since libvirt 9.3.0).",
        xml="secret",
    )
    cipher: Cipher | None = child("Algorithm of a volume that libvirt makes, `aes-256-cbc` by default.")
    ivgen: InitializationVector | None = child("Start values for the sectors of a volume that libvirt makes.")


@element
class Queue(Element):
    """One virtqueue of a device, served by a certain I/O thread."""

    id: int | None = attribute("Number of the virtqueue, from 0 to the device's queues less one.")


@element
class IoThreadMapping(Element):
    """An I/O thread of the VM that serves some of a device's virtqueues."""

    id: int | None = attribute("Number of the I/O thread among those of the VM, from 1.")
    queues: list[Queue] | None = children(
        "Virtqueues that the thread serves; libvirt deals them out evenly where none is named.", xml="queue"
    )


@words
class MemoryAccess(Enum):
    """Whether host processes beside the hypervisor can map memory of the guest."""

    SHARED = word("shared", "Others can map it, as vhost-user and virtiofs need")
    PRIVATE = word("private", "It belongs to the hypervisor's process alone")


@element
class Rom(Element):
    """The option ROM of a PCI device, from which the firmware may boot, as over the network (PXE)."""

    enabled: YesNo | None = attribute(
        "Whether the guest gets an option ROM at all; yes where it is missing.", since="4.3.0"
    )
    bar: OnOff | None = attribute(
        "Whether the ROM shows up in the guest's memory map; the hypervisor decides where it is missing, newer QEMU "
        "for on.",
        since="0.9.7",
    )
    file: str | None = attribute(
        "Host path of a ROM image that replaces the device's own.", searchable=True, since="0.9.10"
    )


def pci_text(address: Document) -> str:
    """A PCI address as `lspci` writes it: `0000:04:00.0`; what is missing is 0."""
    domain, bus, slot, function = (int(address.get(key, 0)) for key in ("domain", "bus", "slot", "function"))
    return f"{domain:04x}:{bus:02x}:{slot:02x}.{function:x}"


@element
class HostPciAddress(Element):
    """Where a PCI device is on the host, in the numbers that `lspci -D` prints there."""

    @derived("The address as `lspci -D` writes it: `0000:04:00.0`.")
    def text(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return pci_text(document)

    type: str | None = attribute("Bus of the host device where the owner leaves it open: `pci` or `usb`.")
    domain: LongHex4 | None = attribute("PCI domain (segment) on the host, 0 on most machines.", searchable=True)
    bus: Hex2 | None = attribute("PCI bus on the host, 0 to 255.", searchable=True)
    slot: Hex2 | None = attribute("Slot (device number) on that bus, 0 to 31.", searchable=True)
    function: Hex1 | None = attribute("Function of the device in that slot, 0 to 7.", searchable=True)
    multifunction: OnOff | None = attribute(
        "Whether further functions of the host's device share the slot.", since="0.9.7"
    )


@words
class IpFamily(Enum):
    """The version of the Internet Protocol that an address belongs to."""

    IPV4 = word("ipv4", "Version 4, addresses such as `192.168.122.5`")
    IPV6 = word("ipv6", "Version 6, addresses such as `fd00::5`")


@element
class IpAddress(Element):
    """An IP address that a network interface gets."""

    address: str | None = attribute("IPv4 or IPv6 address, without its prefix.", searchable=True, term=True)
    family: IpFamily | None = attribute("Version of the address; IPv4 where it is missing.")
    prefix: int | None = attribute(
        "Bits of the address that name the network, such as 24; where it is missing, 64 for IPv6 and for IPv4 what the "
        "address's class says. SLIRP assumes 24."
    )
    peer: str | None = attribute(
        "Address of the other end of a point-to-point link.", searchable=True, term=True, since="2.1.0"
    )


@element
class IpRoute(Element):
    """A route that a network interface gets: the way to a network that is not its own."""

    family: IpFamily | None = attribute("Version of the addresses; IPv4 where it is missing.")
    address: str | None = attribute(
        "Network that the route leads to; a default route where it is missing, since libvirt 12.2.0.", searchable=True
    )
    netmask: str | None = attribute("Netmask of that network, such as `255.255.255.0`, instead of `prefix`; IPv4 only.")
    prefix: int | None = attribute("Bits of `address` that name the network, such as 24.")
    gateway: str | None = attribute("Address of the router that the packets are sent to.", searchable=True)
    metric: Long | None = attribute("Cost of the route, from 1; of several to one network the lowest is taken.")


@element
class Teaming(Element):
    """Half of a failover pair that the guest bonds: a virtio NIC, and a passed-through one that leaves to migrate."""

    type: str | None = attribute(
        "Which half this is: `persistent`, the virtio NIC that always stays, or `transient`, the passed-through one "
        "that is unplugged while the VM migrates.",
        searchable=True,
    )
    persistent: str | None = attribute(
        "Alias of the persistent half, on the transient one, such as `ua-backup0`.", searchable=True
    )

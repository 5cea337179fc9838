"""`<tpm>`: a trusted platform module, the chip that keeps keys and measures what was booted.

Source: libvirt's domain XML, "TPM device".
"""

from collections.abc import Iterable
from enum import Enum

from ..device import Device, device
from ..element import Document, Element, Variant, attribute, child, element, family, flag, shape, value_at, variant
from ..scalars import AnyBase, YesNo, word, words


@words
class TpmVersion(Enum):
    """The version of the TPM specification that a device follows."""

    V1_2 = word("1.2", "The older TPM 1.2, based on RSA and SHA-1")
    V2_0 = word("2.0", "The current TPM 2.0, which Windows 11 asks for")


@words
class TpmRemoval(Enum):
    """Which cryptographic algorithms are taken out of a TPM's profile, for hosts in FIPS mode."""

    CHECK = word("check", "Those that are disabled on this host at the moment")
    FIPS_HOST = word("fips-host", "All that a host in FIPS mode may disable")


@element
class TpmSource(Element):
    """Where an emulator keeps the TPM's state, or the socket of an emulator that somebody else runs."""

    type: str | None = attribute(
        "What the path is: a `file` or block device, a directory (`dir`), or the `unix` socket of an external emulator."
    )
    path: str | None = attribute("Host path of the state or of the socket.", searchable=True, term=True)
    mode: str | None = attribute("Role of the hypervisor on the socket, always `connect`.")


@element
class TpmPcrBanks(Element):
    """The banks of platform configuration registers that are active, named by their digest."""

    sha1: bool | None = flag("Whether the SHA-1 bank is active.")
    sha256: bool | None = flag("Whether the SHA-256 bank is active.")
    sha384: bool | None = flag("Whether the SHA-384 bank is active.")
    sha512: bool | None = flag("Whether the SHA-512 bank is active.")


@element
class TpmProfile(Element):
    """The set of features that a TPM 2.0 offers, settled when it is first made. Since libvirt 10.10.0."""

    source: str | None = attribute(
        "Profile that was asked for, a file of swtpm or a built-in: `local:…`, `distro:…`, `default`, `null` or "
        "`custom`."
    )
    remove_disabled: TpmRemoval | None = attribute("Which algorithms are taken out of a `custom` profile.")
    name: str | None = attribute(
        "Name that the chosen profile gives itself, such as `custom:restricted`; libvirt fills it in.", searchable=True
    )


@family(own="type")
class TpmBackend(Variant):
    """What implements the TPM on the host."""

    version: TpmVersion | None = attribute(
        "Version of the TPM, chosen for emulators only; its default depends on architecture and model.",
        searchable=True,
    )


@shape("passthrough")
class PassthroughTpmBackend(TpmBackend):
    """The host's own TPM, which no other program may use meanwhile. Since libvirt 1.0.5."""

    device_path: str | None = attribute(
        "Host path of the TPM; `/dev/tpm0` where it is missing, a resource manager such as `/dev/tpmrm0` for the "
        "model `spapr-tpm-proxy`.",
        xml="path",
        within="device",
        searchable=True,
        term=True,
    )


@shape("emulator")
class EmulatorTpmBackend(TpmBackend):
    """A software TPM (swtpm) of the VM's own, which libvirt starts and stops. Since libvirt 4.5.0."""

    encryption_secret: str | None = attribute(
        "UUID of the libvirt secret with the passphrase that encrypts the TPM's state.",
        xml="secret",
        within="encryption",
        searchable=True,
        since="5.6.0",
    )
    source: TpmSource | None = child("Where the state is kept; libvirt chooses where it is missing.", since="10.10.0")
    persistent_state: YesNo | None = attribute(
        "Whether the state outlives the end of a transient VM; no where it is missing.",
        xml="persistent_state",
        since="7.0.0",
    )
    active_pcr_banks: TpmPcrBanks | None = child(
        "Register banks that are activated before each start; they stay as they were where it is missing.",
        xml="active_pcr_banks",
        since="7.10.0",
    )
    profile: TpmProfile | None = child("Set of features that a TPM 2.0 is made with.", since="10.10.0")
    debug: AnyBase | None = attribute("How much the emulator logs, a number from 1 to 255.", since="10.6.0")


@shape("external")
class ExternalTpmBackend(TpmBackend):
    """A software TPM that somebody else starts and sets up. Since libvirt 9.0.0."""

    source: TpmSource | None = child("Unix socket that the emulator listens on.")


@shape("other")
class OtherTpmBackend(TpmBackend):
    """A backend that this release of virtgraph does not know."""

    type: str | None = attribute("libvirt's word for the backend.")


@device("tpm")
class Tpm(Device):
    """A trusted platform module, which keeps keys for the guest and measures what it booted. Since libvirt 1.0.5."""

    model: str | None = attribute(
        "Device that the guest sees: `tpm-tis` (the default on most architectures), `tpm-crb` (TPM 2.0 only), "
        "`tpm-spapr` or `spapr-tpm-proxy` (pseries guests).",
        searchable=True,
    )
    backend: TpmBackend | None = variant("What implements it on the host; by its kind other values apply.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:
        """`tpm-crb, emulator TPM 2.0, /var/lib/tpm.state, encrypted`."""
        backend = device.get("backend", {})
        kind = backend.get("type") or backend.get("kind")
        yield device.get("model")
        yield " ".join(part for part in (kind, kind and "TPM", backend.get("version")) if part)
        yield backend.get("devicePath") or value_at(backend, "source.path")
        yield "encryptionSecret" in backend and "encrypted"

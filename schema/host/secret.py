"""`<secret>`: a password or key that libvirt keeps, without its value.

Source: libvirt's secret XML format.
"""

from ..element import Document, Variant, attribute, family, shape, text_child, variant
from ..resource import Resource, resource
from ..scalars import YesNo


@family(own="type")
class SecretUsage(Variant):
    """The purpose of a secret, and the name under which those who need it ask for it."""


@shape("volume")
class VolumeSecretUsage(SecretUsage):
    """The passphrase of an encrypted volume."""

    volume: str | None = text_child("Path of the volume that the secret decrypts.", searchable=True, term=True)


@shape("ceph")
class CephSecretUsage(SecretUsage):
    """It is the key of a user of a Ceph cluster. Since libvirt 0.9.7."""

    name: str | None = text_child("Name by which disks and pools refer to the secret.", searchable=True)


@shape("iscsi")
class IscsiSecretUsage(SecretUsage):
    """It is the CHAP password of an iSCSI target. Since libvirt 1.0.4."""

    target: str | None = text_child("Name by which disks and pools refer to the secret.", searchable=True)


@shape("tls")
class TlsSecretUsage(SecretUsage):
    """It decrypts the private key of a TLS certificate. Since libvirt 2.3.0."""

    name: str | None = text_child("Name of the secret, for people.", searchable=True)


@shape("vtpm")
class VtpmSecretUsage(SecretUsage):
    """It encrypts the state of an emulated TPM. Since libvirt 5.6.0."""

    name: str | None = text_child("Name of the secret, for people.", searchable=True)


@shape("other")
class OtherSecretUsage(SecretUsage):
    """A use that this release does not know."""

    type: str | None = attribute("libvirt's word for the use.")


@resource("secret", "SECRET")
class Secret(Resource):
    """A password or key that libvirt keeps for its VMs; its value is never read."""

    ephemeral: YesNo | None = attribute("Whether it is kept in memory only, and gone when the daemon ends.")
    private: YesNo | None = attribute("Whether libvirt refuses to show the value to anybody, hypervisors excepted.")
    uuid: str | None = text_child(
        "UUID of the secret, by which disks and pools may refer to it.", searchable=True, term=True
    )
    description: str | None = text_child("What the secret is for, in somebody's words.")
    usage: SecretUsage | None = variant("What the secret is for, and the name that goes with the purpose.")

    @classmethod
    def name_of(cls, document: Document) -> str | None:
        """Its usage name, or the UUID."""
        usage = document.get("usage", {})
        named = next((usage[key] for key in ("name", "target", "volume") if key in usage), None)
        return named or document.get("uuid")

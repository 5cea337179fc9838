"""`<launchSecurity>`: memory that is hidden from the host.

The keys and structures that guest owners hand over are made for the processor: public, or encrypted to it. None of
them is a secret by itself.

Source: libvirt's domain XML, "Launch Security".
"""

from typing import Any

import strawberry

from ..element import Document, Element, Variant, attribute, child, derived, element, family, shape, text_child
from ..scalars import Long, LongBareHex, LongBareHex4, LongBareHex8, YesNo


def _policy_bit(document: Document, bit: int) -> bool | None:
    policy: Any = document.get("policy")
    if policy is None:
        return None
    number = int(policy, 16) if isinstance(policy, str) else policy
    return bool(number >> bit & 1)


@family(own="type")
class LaunchSecurity(Variant):
    """How the guest's memory is hidden from the host; `kind` is the processor's technique.

    Since libvirt 4.4.0.
    """


@element
class AmdLaunchSecurity(LaunchSecurity):
    """What both generations of AMD's memory encryption have in common."""

    kernel_hashes: YesNo | None = attribute(
        "Whether the measurement that proves what was started covers kernel, initial RAM disk and kernel arguments; "
        "for directly booted kernels only.",
        since="8.0.0",
    )
    cbitpos: int | None = text_child(
        "Bit of a page table entry that marks a page as encrypted, such as 47. It depends on the processor; the "
        "host's domain capabilities tell it."
    )
    reduced_phys_bits: int | None = text_child(
        "Bits of physical addresses that encryption takes away, such as 1. It depends on the processor; the host's "
        "domain capabilities tell it."
    )


@shape("sev")
class SevLaunchSecurity(AmdLaunchSecurity):
    """AMD SEV: the guest's memory is encrypted with a key of its own that only the processor knows.

    Since libvirt 4.4.0.
    """

    policy: LongBareHex4 | None = text_child(
        "Guest owner's rules, which the firmware enforces as long as the guest exists: bit 0 forbids debugging, 1 "
        "forbids sharing keys with other guests, 2 demands encrypted registers (SEV-ES), 3 forbids sending the guest "
        "to another host, 4 to one outside its domain, 5 to one without SEV; the upper 16 bits are the oldest "
        "firmware that it may be sent to."
    )
    handle: Long | None = text_child("Handle, a number, by which the firmware knows the guest.")
    dh_cert: str | None = text_child(
        "Guest owner's public Diffie-Hellman key in Base64, with which owner and firmware agree on a secret."
    )
    session: str | None = text_child(
        "Guest owner's session in Base64: keys for talking to the firmware, encrypted so that only it can read them."
    )

    @derived("Whether the host may debug the guest and so read its memory; null where there is no policy.")
    def debug_allowed(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        forbidden = _policy_bit(document, 0)
        return None if forbidden is None else not forbidden

    @derived("Whether the registers of the virtual CPUs must be encrypted too (SEV-ES); null where there is no policy.")
    def encrypted_state_required(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        return _policy_bit(document, 2)

    @derived("Whether the guest may be sent to another host; null where there is no policy.")
    def migration_allowed(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        forbidden = _policy_bit(document, 3)
        return None if forbidden is None else not forbidden


@shape("sev-snp")
class SevSnpLaunchSecurity(AmdLaunchSecurity):
    """AMD SEV-SNP: encrypted memory and registers that the host cannot replace or replay unnoticed.

    Since libvirt 10.5.0.
    """

    author_key: YesNo | None = attribute("Whether `idAuth` holds the key of its author as well.")
    vcek: YesNo | None = attribute(
        "Whether the guest may choose to have its attestation reports signed with the chip's own key (VCEK) instead "
        "of the one loaded into it (VLEK)."
    )
    policy: LongBareHex8 | None = text_child(
        "Guest owner's rules, which the firmware enforces as long as the guest exists: bit 16 allows hyper-threads, "
        "17 is always set, 18 allows a migration agent, 19 allows debugging, 20 keeps the guest on one socket; the "
        "lower 16 bits are the oldest firmware interface allowed. QEMU assumes 0x30000 when it is missing."
    )
    guest_visible_workarounds: str | None = text_child(
        "Workarounds of the hypervisor that the guest is told of: 16 bytes in Base64 (GOSVW)."
    )
    id_block: str | None = text_child(
        "What the guest owner expects to be started, which the firmware compares: 96 bytes in Base64."
    )
    id_auth: str | None = text_child("Signature of the ID block with its public keys: 4096 bytes in Base64.")
    host_data: str | None = text_child(
        "Data of the user's choice that the guest is given and can attest: 32 bytes in Base64."
    )

    @derived("Whether the host may debug the guest and so read its memory; null where there is no policy.")
    def debug_allowed(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        return _policy_bit(document, 19)

    @derived("Whether the guest may run on hosts with hyper-threading on; null where there is no policy.")
    def smt_allowed(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        return _policy_bit(document, 16)

    @derived("Whether a migration agent may move the guest to another host; null where there is no policy.")
    def migration_allowed(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        return _policy_bit(document, 18)


@element
class QuoteGenerationService(Element):
    """The host's service that signs what a TDX guest attests; without it the guest cannot prove what it runs."""

    path: str | None = attribute(
        "UNIX socket that the service listens on; `/var/run/tdx-qgs/qgs.socket` when it is missing."
    )


@shape("tdx")
class TdxLaunchSecurity(LaunchSecurity):
    """Intel TDX: the guest is a trust domain, whose memory and registers the host cannot read.

    Since libvirt 11.6.0.
    """

    policy: LongBareHex | None = text_child(
        "Attributes of the trust domain, which it can attest: bit 0 lets the host debug it, bit 28 spares it "
        "exceptions for pages that it has not accepted yet."
    )
    mr_config_id: str | None = text_child(
        "Identity of the configuration that the owner does not define, such as that of the guest's system: a SHA-384 "
        "digest in Base64."
    )
    mr_owner: str | None = text_child("Identity of the trust domain's owner: a SHA-384 digest in Base64.")
    mr_owner_config: str | None = text_child(
        "Identity of the configuration that the owner defines, such as that of the workload: a SHA-384 digest in "
        "Base64."
    )
    quote_generation_service: QuoteGenerationService | None = child(
        "Service of the host that the guest needs to prove what it runs."
    )

    @derived("Whether the host may debug the guest and so read its memory; null where there is no policy.")
    def debug_allowed(document: strawberry.Parent[Document]) -> bool | None:  # noqa: D102
        return _policy_bit(document, 0)


@shape("s390-pv")
class S390LaunchSecurity(LaunchSecurity):
    """IBM Secure Execution: the guest on an IBM Z machine is started from an encrypted image and hidden from the host.

    Since libvirt 7.6.0.
    """


@shape("other")
class OtherLaunchSecurity(LaunchSecurity):
    """A technique that this release does not know."""

    type: str | None = attribute("libvirt's word for the technique.")

"""`<smartcard>`: the guest's smart card.

Source: libvirt's domain XML, "Smartcard devices".
"""

from collections.abc import Iterable

from ..chardev import CharacterDeviceBackend, host_end
from ..device import Device, device
from ..element import Document, attribute, child, children, text_child
from .character import SerialTarget


@device("smartcard")
class Smartcard(Device, CharacterDeviceBackend):
    """A smart card in a USB reader of the guest, answered by the host's card, by certificates or by a program.

    Since libvirt 0.8.8.
    """

    mode: str | None = attribute(
        "Who answers for the card: `host`, the card in the host's reader; `host-certificates`, three certificates of "
        "the host; `passthrough`, a program at the other end of a character device, whose kind `type` says.",
        searchable=True,
    )
    certificates: list[str] | None = children(
        "Names of the three certificates in the host's NSS database, for `host-certificates`.", xml="certificate"
    )
    database: str | None = text_child(
        "Host directory of the NSS database with the certificates; `/etc/pki/nssdb` where it is missing."
    )
    target: SerialTarget | None = child(
        "An end in the guest, which is allowed and not needed: the hypervisor itself takes the data."
    )

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        mode = device.get("mode")
        yield f"{mode} smartcard" if mode else None
        yield host_end(device)
        yield from device.get("certificates", ())
        yield device.get("database")

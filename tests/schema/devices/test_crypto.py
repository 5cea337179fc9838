"""Devices that encrypt for the guest."""

from tests.schema.devices import described


def test_in_one_line() -> None:
    assert (
        described("<crypto model='virtio' type='qemu'><backend model='lkcf' queues='2'/></crypto>")
        == "virtio crypto, lkcf, 2 queues"
    )
    assert (
        described("<crypto model='virtio' type='qemu'><backend model='builtin' queues='1'/></crypto>")
        == "virtio crypto, builtin, 1 queue"
    )
    assert described("<crypto/>") == "crypto"

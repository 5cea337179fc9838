"""Sockets between guest and host."""

import schema
from tests.schema.devices import described


def test_in_one_line() -> None:
    assert described("<vsock model='virtio'><cid auto='no' address='4'/></vsock>") == "virtio vsock, CID 4"
    assert described("<vsock model='virtio'><cid auto='yes'/></vsock>") == "virtio vsock, automatic CID"
    assert described("<vsock><cid address='4294967294'/></vsock>") == "CID 4294967294"
    assert described("<vsock/>") == "vsock"


def test_the_context_identifier_stands_on_the_device() -> None:
    (vsock,) = schema.domain_from_xml(
        "<domain><devices><vsock><cid auto='no' address='3'/></vsock></devices></domain>"
    )["devices"]["vsocks"]
    assert (vsock["cid"], vsock["autoCid"]) == (3, False)

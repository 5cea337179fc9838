"""Generators of random numbers."""

from tests.schema.devices import described


def test_in_one_line() -> None:
    assert described("<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>") == (
        "virtio rng, random /dev/urandom"
    )
    assert (
        described("<rng model='virtio'><rate bytes='1234' period='2000'/><backend model='builtin'/></rng>")
        == "virtio rng, builtin, 1234 bytes per 2000 ms"
    )
    assert (
        described(
            "<rng model='virtio-transitional'><rate bytes='4000000000'/><backend model='egd' type='tcp'>"
            "<source mode='connect' host='192.0.2.4' service='1234'/></backend></rng>"
        )
        == "virtio-transitional rng, egd tcp connect 192.0.2.4:1234, 4000000000 bytes per 1000 ms"
    )
    assert described("<rng><backend model='dice'/></rng>") == "dice"
    assert described("<rng/>") == "rng"

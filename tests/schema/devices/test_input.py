"""Keyboards, mice and tablets."""

from tests.schema.devices import described


def test_in_one_line() -> None:
    assert described("<input type='tablet' bus='usb'/>") == "usb tablet"
    assert (
        described("<input type='passthrough' bus='virtio'><source evdev='/dev/input/event1'/></input>")
        == "virtio passthrough, /dev/input/event1"
    )
    assert (
        described("<input type='evdev'><source dev='/dev/input/event9' grab='all' grabToggle='ctrl-ctrl'/></input>")
        == "evdev, /dev/input/event9"
    )
    assert described("<input/>") == "input"

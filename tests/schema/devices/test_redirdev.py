import pytest

from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<redirdev/>", "redirection"),
        ("<redirdev bus='usb' type='spicevmc'/>", "usb redirection, spicevmc"),
        (
            "<redirdev bus='usb' type='tcp'><source mode='connect' host='localhost' service='4000'/></redirdev>",
            "usb redirection, tcp connect localhost:4000",
        ),
        (
            "<redirdev bus='usb' type='unix'><source mode='bind' path='/run/usb.sock'/></redirdev>",
            "usb redirection, unix bind /run/usb.sock",
        ),
        (
            "<redirdev bus='usb' type='dbus'><source channel='org.qemu.usbredir'/></redirdev>",
            "usb redirection, dbus org.qemu.usbredir",
        ),
        ("<redirdev bus='usb' type='pty'><source/></redirdev>", "usb redirection, pty"),
    ],
)
def test_summary(xml: str, summary: str) -> None:
    assert described(xml) == summary

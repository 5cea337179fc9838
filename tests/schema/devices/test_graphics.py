"""Graphics: what is told of a display in one line."""

import pytest

import schema
from schema.element import Document
from tests.schema.devices import described


def graphics(xml: str) -> Document:
    (device,) = schema.domain_from_xml(f"<domain><devices>{xml}</devices></domain>")["devices"]["graphics"]
    return dict(device)


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<graphics/>", "graphics"),
        ("<graphics type='vnc'/>", "vnc graphics"),
        ("<graphics type='vnc' port='5901'/>", "vnc graphics, port 5901"),
        (
            "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'>"
            "<listen type='address' address='127.0.0.1'/></graphics>",
            "vnc graphics, 127.0.0.1, automatic port",
        ),
        (
            "<graphics type='vnc' port='5900' autoport='yes' websocket='5700' listen='::1'/>",
            "vnc graphics, [::1]:5900, WebSocket port 5700",
        ),
        (
            "<graphics type='spice' port='5902' tlsPort='5903' autoport='no'>"
            "<listen type='network' network='red' address='192.0.2.1'/><listen type='address'/></graphics>",
            "spice graphics, 192.0.2.1:5902, port 5902, TLS port 5903",
        ),
        (
            "<graphics type='spice' autoport='yes'><listen type='network' network='red'/></graphics>",
            "spice graphics, network red, automatic port",
        ),
        (
            "<graphics type='vnc' socket='/run/old.sock'><listen type='socket' socket='/run/new.sock'/></graphics>",
            "vnc graphics, /run/new.sock",
        ),
        ("<graphics type='vnc' socket='/run/old.sock'/>", "vnc graphics, /run/old.sock"),
        (
            "<graphics type='spice'><listen type='none'/><gl enable='yes' rendernode='/dev/dri/card0'/></graphics>",
            "spice graphics, no listener, /dev/dri/card0",
        ),
        ("<graphics type='egl-headless'><gl/></graphics>", "egl-headless graphics"),
        ("<graphics type='sdl' display=':0.0'/>", "sdl graphics, :0.0"),
        ("<graphics type='dbus' p2p='yes'/>", "dbus graphics, peer to peer"),
        ("<graphics type='dbus' address='unix:path=/run/bus'/>", "dbus graphics, unix:path=/run/bus"),
        ("<graphics type='rdp' autoport='yes'/>", "rdp graphics, automatic port"),
    ],
)
def test_a_display_in_one_line(xml: str, summary: str) -> None:
    assert described(xml) == summary


def test_what_releases_after_11_3_brought() -> None:
    device = graphics("<graphics type='vnc' port='5900' wait='yes'/>")
    assert device["wait"] is True
    assert "extra" not in device

"""Serial ports, parallel ports, consoles and channels."""

import pytest

import schema
from tests.schema.devices import described
from tests.shared import difference


def test_serial_ports_in_one_line() -> None:
    assert (
        described(
            "<serial type='pty'><source path='/dev/pts/3'/>"
            "<target type='isa-serial' port='0'><model name='isa-serial'/></target></serial>"
        )
        == "serial port 0, isa-serial, pty /dev/pts/3"
    )
    assert (
        described("<serial type='file'><source path='/tmp/ovmf.log'/><target type='isa-debug'/></serial>")
        == "serial port, isa-debug, file /tmp/ovmf.log"
    )
    assert described("<serial/>") == "serial port"


@pytest.mark.parametrize(
    ("xml", "end"),
    [
        ("<serial type='unix'><source mode='bind' path='/tmp/foo'/></serial>", "unix bind /tmp/foo"),
        ("<serial type='tcp'><source mode='connect' host='::1' service='22'/></serial>", "tcp connect [::1]:22"),
        ("<serial type='tcp'><source mode='bind' service='telnet'/></serial>", "tcp bind :telnet"),
        (
            "<serial type='udp'><source mode='bind' host='0.0.0.0' service='1'/>"
            "<source mode='connect' host='log.example.org' service='514'/></serial>",
            "udp bind 0.0.0.0:1 connect log.example.org:514",
        ),
        ("<serial type='nmdm'><source master='/dev/nmdm0A' slave='/dev/nmdm0B'/></serial>",
         "nmdm /dev/nmdm0A /dev/nmdm0B"),
        ("<serial type='spiceport'><source channel='org.qemu.console.serial.0'/></serial>",
         "spiceport org.qemu.console.serial.0"),
        ("<serial type='stdio'/>", "stdio"),
    ],
)  # fmt: skip
def test_the_end_on_the_host_in_one_line(xml: str, end: str) -> None:
    assert described(xml) == f"serial port, {end}"


def test_parallel_ports_and_consoles_in_one_line() -> None:
    assert (
        described("<parallel type='dev'><source path='/dev/parport0'/><target port='0'/></parallel>")
        == "parallel port 0, dev /dev/parport0"
    )
    assert (
        described(
            "<console type='pty' tty='/dev/pts/5'><source path='/dev/pts/5'/><target type='virtio' port='0'/></console>"
        )
        == "virtio console 0, pty /dev/pts/5"
    )
    assert described("<console tty='/dev/pts/4'/>") == "console, /dev/pts/4"


def test_channels_in_one_line() -> None:
    assert (
        described(
            "<channel type='unix'><source mode='bind' path='/run/web.agent'/>"
            "<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>"
        )
        == "org.qemu.guest_agent.0, virtio channel, unix bind /run/web.agent, connected"
    )
    assert (
        described("<channel type='pipe'><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>")
        == "10.0.2.1:4600, guestfwd channel, pipe"
    )
    assert described("<channel/>") == "channel"


def test_every_backend_is_declared_in_full() -> None:
    xml = """<domain><devices>
      <serial type='file'><source path='/tmp/file' append='on'><seclabel model='dac' relabel='no'/></source>
        <log file='/var/log/serial0.log' append='off'/></serial>
      <serial type='tcp'><source mode='connect' host='127.0.0.1' service='5555' tls='yes'>
        <reconnect enabled='yes' timeout='10'/></source><protocol type='telnets'/></serial>
      <parallel type='dbus'><source channel='org.example'/><target type='isa-serial' port='0'><model name='pl011'/>
        </target></parallel>
      <console type='vc'/>
      <channel type='qemu-vdagent'><source><clipboard copypaste='yes'/><mouse mode='client'/></source></channel>
    </devices></domain>"""
    definition = schema.domain_from_xml(xml)
    assert schema.untyped(definition) == []
    assert difference(xml.encode(), schema.domain_to_xml(definition)) is None
    assert definition["devices"]["serials"][1]["sources"] == [
        {
            "mode": "connect",
            "host": "127.0.0.1",
            "service": "5555",
            "tls": True,
            "reconnect": {"enabled": True, "timeout": 10},
        }
    ]
    assert definition["devices"]["channels"][0]["sources"] == [{"clipboard": True, "mouse": "client"}]

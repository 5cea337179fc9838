"""Where character devices end on the host."""

from .case import Case


def serial(kind: str, source: str, more: str = "") -> str:
    return f"<serial type='{kind}'>{source}{more}<target port='0'/></serial>"


def console(kind: str, source: str) -> str:
    return f"<console type='{kind}'>{source}<target type='serial' port='0'/></console>"


def generator(kind: str, source: str) -> str:
    return f"<rng model='virtio'><backend model='egd' type='{kind}'>{source}</backend></rng>"


SERVER = "<source mode='bind' host='127.0.0.1' service='2445'/>"
UDP = "<source mode='bind' host='0.0.0.0' service='2999'/><source mode='connect' host='192.0.2.7' service='2998'/>"
MODEM = "<source master='/dev/nmdm0A' slave='/dev/nmdm0B'/>"

CASES = (
    Case(
        "chardev-unix", "channel/agent", "socket|{host}|/run/agent.sock", "UNIX_SOCKET", access="EXCLUSIVE",
        source=True,
        devices="<channel type='unix'><source mode='bind' path='/run/agent.sock'/>"
        "<target type='virtio' name='agent'/></channel>",
    ),
    Case(
        "chardev-unix", "serial/0", "socket|{host}|/run/peer.sock", "UNIX_SOCKET", access="CONNECT", source=True,
        devices=serial("unix", "<source mode='connect' path='/run/peer.sock'/>"),
    ),
    Case(
        "chardev-unix", "console/serial/0", "socket|{host}|/run/serial.sock", "UNIX_SOCKET", access="CONNECT",
        source=True, devices=console("unix", "<source mode='bind' path='/run/serial.sock'/>"),
    ),
    Case(
        "chardev-unix", "rng/#1", "socket|{host}|/run/egd.sock", "UNIX_SOCKET", access="CONNECT", source=True,
        devices=generator("unix", "<source mode='connect' path='/run/egd.sock'/>"),
    ),
    Case(
        "chardev-tcp", "serial/0", "endpoint|{host}|:2445", "ENDPOINT", access="EXCLUSIVE", source=True,
        devices=serial("tcp", SERVER),
    ),
    Case(
        "chardev-tcp", "serial/0", "endpoint||[2001:db8::1]:2445", "ENDPOINT", access="CONNECT", source=True,
        devices=serial("tcp", "<source mode='connect' host='2001:DB8::1' service='2445'/>"),
    ),
    Case(
        "chardev-tcp", "serial/0", "endpoint|{host}|:2999/udp", "ENDPOINT", access="EXCLUSIVE", source=True,
        devices=serial("udp", UDP),
    ),
    Case(
        "chardev-tcp", "serial/0", "endpoint||192.0.2.7:2998/udp", "ENDPOINT", access="CONNECT", source=True,
        devices=serial("udp", UDP),
    ),
    Case(
        "chardev-tcp", "rng/#1", "endpoint||egd.example:708", "ENDPOINT", access="CONNECT", source=True,
        devices=generator("tcp", "<source mode='connect' host='egd.example' service='708'/>"),
    ),
    Case(
        "chardev-nmdm", "serial/0", "char|{host}|/dev/nmdm0A", "CHARACTER_DEVICE", access="EXCLUSIVE", source=True,
        devices=serial("nmdm", MODEM),
    ),
    Case(
        "chardev-nmdm", "serial/0", "char|{host}|/dev/nmdm0B", "CHARACTER_DEVICE", access="CONNECT", source=True,
        devices=serial("nmdm", MODEM),
    ),
    Case(
        "chardev-path", "parallel/0", "char|{host}|/dev/parport0", "CHARACTER_DEVICE", access="EXCLUSIVE",
        source=True,
        devices="<parallel type='dev'><source path='/dev/parport0'/><target port='0'/></parallel>",
    ),
    Case(
        "chardev-path", "serial/0", "path|{host}|/var/log/serial.log", "HOST_PATH", access="WRITE", source=True,
        devices=serial("file", "<source path='/var/log/serial.log'/>"),
    ),
    Case(
        "chardev-path", "serial/0", "path|{host}|/run/serial.pipe", "HOST_PATH", access="CONNECT", source=True,
        devices=serial("pipe", "<source path='/run/serial.pipe'/>"),
    ),
    Case(
        "chardev-log", "serial/0", "path|{host}|/var/log/copy.log", "HOST_PATH", access="WRITE",
        devices=serial("pty", "", "<log file='/var/log/copy.log' append='off'/>"),
    ),
    Case(
        "chardev-log", "rng/#1", "path|{host}|/var/log/egd.log", "HOST_PATH", access="WRITE",
        devices=generator("unix", "<source mode='connect' path='/run/egd.sock'/><log file='/var/log/egd.log'/>"),
    ),
)  # fmt: skip

"""Where screens and sound come out."""

from .case import Case
from .cases_network import NETWORK

CASES = (
    Case(
        "gfx-listen", "graphics/vnc", "network|{host}|lan", "NETWORK", "NETWORK/lan", access="CONNECT",
        devices="<graphics type='vnc' autoport='yes'><listen type='network' network='lan'/></graphics>",
        resources=((f"{NETWORK}</network>", {}),),
    ),
    Case(
        "gfx-endpoint", "graphics/vnc", "endpoint|{host}|:5900", "ENDPOINT", access="EXCLUSIVE", source=True,
        devices="<graphics type='vnc' port='5900' autoport='yes' listen='127.0.0.1'>"
        "<listen type='address' address='127.0.0.1'/></graphics>",
    ),
    Case(
        "gfx-endpoint", "graphics/vnc", "endpoint||192.0.2.5:5700", "ENDPOINT", access="EXCLUSIVE", source=True,
        devices="<graphics type='vnc' port='-1' websocket='5700' listen='192.0.2.5'/>",
    ),
    Case(
        "gfx-endpoint", "graphics/spice", "endpoint||192.0.2.5:5901", "ENDPOINT", access="EXCLUSIVE", source=True,
        devices="<graphics type='spice' port='5900' tlsPort='5901'>"
        "<listen type='network' network='lan' address='192.0.2.5'/></graphics>",
    ),
    Case(
        "gfx-endpoint", "graphics/vnc", "socket|{host}|/run/vnc.sock", "UNIX_SOCKET", access="EXCLUSIVE", source=True,
        devices="<graphics type='vnc'><listen type='socket' socket='/run/vnc.sock'/></graphics>",
    ),
    Case(
        "gfx-endpoint", "graphics/vnc", "socket|{host}|/run/vnc.sock", "UNIX_SOCKET", access="EXCLUSIVE", source=True,
        devices="<graphics type='vnc' socket='/run/vnc.sock' port='5900'/>",
    ),
    Case(
        "audio-host", "audio/1", "audio||pulseaudio:pulse.example", "AUDIO_SERVER", access="CONNECT", source=True,
        devices="<audio id='1' type='pulseaudio' serverName='pulse.example'/>",
    ),
    Case(
        "audio-host", "audio/1", "audio|{host}|jack:fish", "AUDIO_SERVER", access="CONNECT", source=True,
        devices="<audio id='1' type='jack'><input serverName='fish'/></audio>",
    ),
    Case(
        "audio-host", "audio/1", "audio|{host}|pipewire:/run/user/1000", "AUDIO_SERVER", access="CONNECT", source=True,
        devices="<audio id='1' type='pipewire' runtimeDir='/run/user/1000'/>",
    ),
    Case(
        "audio-host", "audio/1", "char|{host}|/dev/dsp0", "CHARACTER_DEVICE", access="CONNECT", source=True,
        devices="<audio id='1' type='oss'><output dev='/dev/dsp0'/></audio>",
    ),
    Case(
        "audio-host", "audio/1", "audio|{host}|alsa:hw:0", "AUDIO_SERVER", access="CONNECT", source=True,
        devices="<audio id='1' type='alsa'><output dev='hw:0'/></audio>",
    ),
    Case(
        "audio-host", "audio/1", "path|{host}|/tmp/audio.wav", "HOST_PATH", access="WRITE", source=True,
        devices="<audio id='1' type='file' path='/tmp/audio.wav'/>",
    ),
)  # fmt: skip

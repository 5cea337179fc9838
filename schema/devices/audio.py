"""`<audio>`: where the guest's sound goes to and comes from on the host.

Source: libvirt's domain XML, "Audio backends".
"""

from collections.abc import Iterable, Iterator
from enum import Enum

from ..device import Device, device
from ..element import Document, Element, attribute, child, element
from ..scalars import AnyBase, YesNo, word, words


@words
class SampleFormat(Enum):
    """How one sample of sound is written."""

    S8 = word("s8", "Integers of 8 bits with a sign")
    U8 = word("u8", "Integers of 8 bits without a sign")
    S16 = word("s16", "Integers of 16 bits with a sign, as on a CD")
    U16 = word("u16", "Integers of 16 bits without a sign")
    S32 = word("s32", "Integers of 32 bits with a sign")
    U32 = word("u32", "Integers of 32 bits without a sign")
    F32 = word("f32", "Floating-point numbers of 32 bits")


@words
class SdlAudioDriver(Enum):
    """The sound system that the SDL library uses on the host."""

    ESD = word("esd", "The Enlightened Sound Daemon of old desktops")
    ALSA = word("alsa", "ALSA, the sound system of the Linux kernel")
    ARTS = word("arts", "aRts, the sound server of old KDE desktops")
    PULSEAUDIO = word("pulseaudio", "A PulseAudio daemon on the host")


@element
class AudioSettings(Element):
    """The form of sound that a backend takes, where it is fixed."""

    frequency: AnyBase | None = attribute("Samples per second in Hz; usually 44100 where it is missing.")
    channels: AnyBase | None = attribute("Number of channels, usually 2 (stereo) where it is missing.")
    format: SampleFormat | None = attribute(
        "How one sample is written; the hypervisor's default applies where it is missing."
    )


@element
class AudioDirection(Element):
    """One direction of an audio backend: the sound that the guest records, or the sound that it plays."""

    mixing_engine: YesNo | None = attribute(
        "Whether the hypervisor mixes, converting formats and rates; without it formats such as 5.1 can pass. "
        "The hypervisor's default applies where it is missing."
    )
    fixed_settings: YesNo | None = attribute(
        "Whether the mixing engine keeps to `settings` instead of choosing what saves conversion."
    )
    voices: AnyBase | None = attribute("Number of voices, usually 1 where it is missing.")
    buffer_length: AnyBase | None = attribute(
        "Length of the buffer in microseconds; the backend's default applies where it is missing."
    )
    buffer_count: AnyBase | None = attribute(
        "Number of buffers, with `coreaudio`, `oss` and `sdl`; best given together with `bufferLength`."
    )
    dev: str | None = attribute(
        "Host device that `alsa` or `oss` opens, such as `/dev/dsp0`; the hypervisor's default where it is missing.",
        searchable=True,
    )
    try_poll: YesNo | None = attribute("Whether `oss` tries to poll the device.")
    name: str | None = attribute("Sink or source that `pipewire` or `pulseaudio` connects to.", searchable=True)
    stream_name: str | None = attribute("Name under which `pipewire` or `pulseaudio` lists the VM's stream.")
    latency: AnyBase | None = attribute("Microseconds of delay that `pipewire` or `pulseaudio` aims at.")
    server_name: str | None = attribute("JACK server that `jack` connects to.", searchable=True)
    client_name: str | None = attribute(
        "Name that `jack` gives itself at the server, which may alter it to keep names unique."
    )
    connect_ports: str | None = attribute(
        "Regular expression for the ports of JACK clients to watch and connect to, such as `system:playback_[13]`."
    )
    exact_name: YesNo | None = attribute("Whether the JACK server must take `clientName` unaltered.")
    settings: AudioSettings | None = child("The form of the sound; only together with `fixedSettings`.")


@device("audio", identity=("audioId",))
class Audio(Device):
    """A backend of the host that plays and records what the guest's sound cards produce and hear.

    Since libvirt 6.7.0.
    """

    audio_id: AnyBase | None = attribute(
        "The backend's number, from 1; sound cards and graphics name it as their `audioId`.", xml="id", searchable=True
    )
    type: str | None = attribute(
        "Backend: `none` (nothing on the host, though VNC viewers may hear the guest; the default with VNC), `spice` "
        "(SPICE viewers only; the default with SPICE), `dbus` (over a D-Bus display, since libvirt 8.4.0), `alsa`, "
        "`coreaudio` (macOS), `jack`, `oss`, `pipewire` (since libvirt 9.10.0), `pulseaudio`, `sdl`, or `file`, which "
        "only records what is played.",
        searchable=True,
    )
    timer_period: AnyBase | None = attribute(
        "Microseconds between two runs of the backend's timer; the shortest possible where it is missing."
    )
    server_name: str | None = attribute("Host of the PulseAudio server, with `pulseaudio`.", searchable=True)
    runtime_dir: str | None = attribute(
        "Host directory with the socket of the PipeWire daemon, such as `/run/user/1000`, with `pipewire`.",
        searchable=True,
    )
    path: str | None = attribute("Host path of the file that `file` writes to; QEMU writes it as WAV.", searchable=True)
    sdl_driver: SdlAudioDriver | None = attribute("Sound system that `sdl` uses on the host.", xml="driver")
    try_mmap: YesNo | None = attribute("Whether `oss` tries to pass sound through mapped memory.", xml="tryMMap")
    exclusive: YesNo | None = attribute("Whether `oss` keeps the host's device to itself.")
    dsp_policy: int | None = attribute(
        "Timing of `oss`, from -1 to 10: smaller numbers mean less delay and more work for the host's CPU, "
        "a negative one asks for fragments instead."
    )
    input: AudioDirection | None = child("How the backend records sound for the guest.")
    output: AudioDirection | None = child("How the backend plays the guest's sound.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        yield "type" in device and f"{device['type']} audio"
        yield "audioId" in device and f"id {device['audioId']}"
        yield device.get("serverName") or device.get("runtimeDir") or device.get("path") or device.get("sdlDriver")
        yield from (f"{way} {peer}" for way in ("input", "output") for peer in _peer(device.get(way, {})))


def _peer(direction: Document) -> Iterator[str]:
    """What a direction is connected to on the host, where it says so."""
    peer = direction.get("dev") or direction.get("name") or direction.get("serverName")
    if peer:
        yield peer

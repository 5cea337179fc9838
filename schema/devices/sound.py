"""`<sound>`: sound cards.

Source: libvirt's domain XML, "Sound devices".
"""

from collections.abc import Iterable
from enum import Enum

from ..device import Device, device
from ..element import Document, Element, attribute, child, children, element
from ..parts import VirtioOptions
from ..scalars import AnyBase, YesNo, word, words


@words
class SoundCodecType(Enum):
    """The jacks that a codec of an Intel HD Audio card shows to the guest."""

    DUPLEX = word("duplex", "A line-in and a line-out jack")
    MICRO = word("micro", "A speaker and a microphone jack")
    OUTPUT = word("output", "A line-out jack and no input", since="4.4.0")


@element
class SoundCodec(Element):
    """A codec on an Intel HD Audio card: the part that has the jacks."""

    type: SoundCodecType | None = attribute("Jacks that the codec shows to the guest.", searchable=True)


@device("sound")
class Sound(Device):
    """A sound card that the guest sees; an audio backend carries what it plays.

    Since libvirt 0.4.3.
    """

    model: str | None = attribute(
        "The card that is emulated: `sb16`, `es1370`, `pcspk` (the PC's speaker), `ac97` (since libvirt 0.6.0), "
        "`ich6` (0.8.8), `ich9` (1.1.3), `usb` (1.2.8), `ich7` (6.7.0, bhyve only) or `virtio` (10.4.0).",
        searchable=True,
    )
    multichannel: YesNo | None = attribute(
        "Whether a `usb` card offers more than two channels, as for surround sound.", since="9.4.0"
    )
    streams: AnyBase | None = attribute(
        "Number of PCM streams of a `virtio` card; 2 where it is missing.", since="10.4.0"
    )
    audio_id: AnyBase | None = attribute(
        "`audioId` of the audio backend that carries the card's sound; the default backend where it is missing.",
        xml="id",
        within="audio",
        since="6.7.0",
    )
    codecs: list[SoundCodec] | None = children(
        "Codecs of an `ich6` or `ich9` card; one that plays and records is there where none is named.",
        xml="codec",
        since="0.9.13",
    )
    driver: VirtioOptions | None = child("How a `virtio` card reaches the guest's memory.")

    @classmethod
    def describe(cls, device: Document) -> Iterable[object]:  # noqa: D102
        yield "model" in device and f"{device['model']} sound"
        yield from (f"{codec['type']} codec" for codec in device.get("codecs", []) if "type" in codec)
        yield device.get("multichannel") and "multichannel"
        yield "streams" in device and f"{device['streams']} streams"
        yield "audioId" in device and f"audio {device['audioId']}"

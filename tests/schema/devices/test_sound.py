"""Sound cards in one line."""

import pytest

from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<sound/>", "sound"),
        ("<sound model='ac97'/>", "ac97 sound"),
        (
            "<sound model='ich9'><codec type='micro'/><codec/><codec type='duplex'/><audio id='1'/></sound>",
            "ich9 sound, micro codec, duplex codec, audio 1",
        ),
        ("<sound model='usb' multichannel='yes'/>", "usb sound, multichannel"),
        ("<sound model='virtio' streams='0x4'><driver iommu='on'/></sound>", "virtio sound, 4 streams"),
    ],
)
def test_a_card_in_one_line(xml: str, summary: str) -> None:
    assert described(xml) == summary

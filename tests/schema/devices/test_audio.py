"""Audio backends: their number, and the backend in one line."""

import pytest

import schema
from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<audio/>", "audio"),
        ("<audio id='1' type='none'/>", "none audio, id 1"),
        ("<audio id='2' type='file' path='/tmp/guest.wav'/>", "file audio, id 2, /tmp/guest.wav"),
        (
            "<audio id='1' type='pipewire' runtimeDir='/run/user/1000'><input name='mic'/><output/></audio>",
            "pipewire audio, id 1, /run/user/1000, input mic",
        ),
        (
            "<audio id='1' type='oss' tryMMap='yes'><input dev='/dev/dsp0'/><output dev='/dev/dsp1'/></audio>",
            "oss audio, id 1, input /dev/dsp0, output /dev/dsp1",
        ),
        ("<audio id='1' type='jack'><output serverName='studio'/></audio>", "jack audio, id 1, output studio"),
        ("<audio id='1' type='pulseaudio' serverName='host.example'/>", "pulseaudio audio, id 1, host.example"),
        ("<audio id='1' type='sdl' driver='esd'/>", "sdl audio, id 1, esd"),
    ],
)
def test_a_backend_in_one_line(xml: str, summary: str) -> None:
    assert described(xml) == summary


def test_its_number_is_no_identifier_of_the_api() -> None:
    xml = "<domain><devices><audio id='0x2' type='none'/></devices></domain>"
    (device,) = schema.devices_of(schema.domain_from_xml(xml))
    assert (device["id"], device["audioId"]) == ("audio/2", 2)

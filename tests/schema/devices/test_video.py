"""Graphics cards: memory in bytes, and the card in one line."""

import pytest

import schema
from schema.devices.video import Video
from schema.element import Document
from tests.schema.asking import computed
from tests.schema.devices import described


def video(xml: str) -> Document:
    (device,) = schema.domain_from_xml(f"<domain><devices>{xml}</devices></domain>")["devices"]["videos"]
    return dict(device)


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<video/>", "video"),
        ("<video><model/></video>", "video"),
        ("<video><model type='none'/></video>", "none video"),
        ("<video><model type='vga' vram='16384' heads='1' primary='yes'/></video>", "vga video, 16 MiB, primary"),
        ("<video><model type='cirrus' vram='9215'/></video>", "cirrus video, 9215 KiB"),
        (
            "<video><driver name='vhostuser'/><model type='virtio' heads='2'>"
            "<acceleration accel3d='yes'/></model></video>",
            "virtio video, 2 screens, 3D acceleration, vhostuser",
        ),
    ],
)
def test_a_card_in_one_line(xml: str, summary: str) -> None:
    assert described(xml) == summary


def test_what_releases_after_11_3_brought() -> None:
    device = video("<video><model type='virtio' device='virtio-gpu-gl' edid='off'/></video>")
    assert (device["virtioDevice"], device["edid"]) == ("virtio-gpu-gl", False)
    assert "extra" not in device


def test_a_model_without_a_type_comes_back() -> None:
    xml = "<domain><devices><video><model/></video></devices></domain>"
    assert "<model/>" in schema.domain_to_xml(schema.domain_from_xml(xml))


def test_its_memory_in_bytes() -> None:
    device = video("<video><model type='qxl' ram='65536' vram='4294967295' vgamem='0'/></video>")
    names = ("ram_bytes", "vram_bytes", "vram64_bytes", "vgamem_bytes")
    assert [computed(Video, name, device) for name in names] == [64 * 1024**2, 4294967295 * 1024, None, 0]

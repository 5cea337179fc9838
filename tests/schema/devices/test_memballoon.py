"""Memory balloons in one line."""

import pytest

from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        ("<memballoon model='virtio'/>", "virtio balloon"),
        (
            "<memballoon model='virtio' autodeflate='on' freePageReporting='on'><stats period='10'/></memballoon>",
            "virtio balloon, autodeflate, free page reporting, statistics every 10 s",
        ),
        ("<memballoon model='xen' autodeflate='off'/>", "xen balloon"),
        ("<memballoon model='none'/>", "no balloon"),
        ("<memballoon/>", "memballoon"),
    ],
)
def test_summary(xml: str, line: str) -> None:
    assert described(xml) == line

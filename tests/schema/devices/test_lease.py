import pytest

from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<lease/>", "lease"),
        ("<lease><key>k</key><target path='/locks'/></lease>", "k, /locks"),
        ("<lease><key>k</key><target path='/locks' offset='0'/></lease>", "k, /locks"),
        (
            "<lease><lockspace>disks</lockspace><key>web-3</key><target path='/locks' offset='1024'/></lease>",
            "web-3, lockspace disks, /locks at 1024",
        ),
    ],
)
def test_the_summary_of_a_lease(xml: str, summary: str) -> None:
    assert described(xml) == summary

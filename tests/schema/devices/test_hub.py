import pytest

from tests.schema.devices import described


@pytest.mark.parametrize(("xml", "summary"), [("<hub/>", "hub"), ("<hub type='usb'/>", "usb hub")])
def test_summary(xml: str, summary: str) -> None:
    assert described(xml) == summary

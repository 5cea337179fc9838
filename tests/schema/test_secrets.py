"""Secrets in XML that no declaration took in."""

import pytest

from schema.secrets import is_secret, secret_places, without_secrets


def test_every_declared_secret_has_a_place() -> None:
    assert secret_places() == {"graphics/@passwd", "cookie/#text", "env/@value", "initenv/#text"}


@pytest.mark.parametrize(
    "path",
    [
        "domain/devices/graphics/@passwd",
        "domain/devices/graphics[2]/@passwd",
        "domain/qemu:commandline/qemu:env[1]/@value",
        "domain/os/initenv/#text",
    ],
)
def test_a_path_to_a_secret(path: str) -> None:
    assert is_secret(path)


@pytest.mark.parametrize(
    "path",
    [
        "domain",
        "domain/name/#text",
        "domain/devices/graphics/@passwdValidTo",
        "domain/qemu:commandline/qemu:arg/@value",
    ],
)
def test_a_path_to_no_secret(path: str) -> None:
    assert not is_secret(path)


def test_secrets_in_an_element_are_hidden() -> None:
    xml = (
        "<odd xmlns:q='urn:q'><graphics passwd='hush'/><cookies><cookie name='a'>hush<b/>hush</cookie></cookies>"
        "<q:env name='A' value='hush'/><!-- kept --></odd>"
    )
    hidden = without_secrets(xml)
    assert "hush" not in hidden
    assert hidden.count("***") == 3
    assert '<cookie name="a">***<b/></cookie>' in hidden
    assert "<!-- kept -->" in hidden


def test_an_element_without_secrets_stays_as_it_is() -> None:
    xml = "<odd  a='1'><graphics /></odd>"
    assert without_secrets(xml) == xml

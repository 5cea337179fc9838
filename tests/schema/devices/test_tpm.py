"""Trusted platform modules."""

from typing import Any

import schema
from tests.schema.devices import described
from tests.shared import difference

EMULATOR = """<tpm model='tpm-crb'><backend type='emulator' version='2.0' debug='0x05' persistent_state='yes'>
  <encryption secret='6dd3e4a5-1d76-44ce-961f-f119f5aad935'/><active_pcr_banks><sha256/><sha1/></active_pcr_banks>
  <source type='dir' path='/var/lib/tpm'/>
  <profile source='local:restricted' removeDisabled='fips-host' name='custom:restricted'/></backend></tpm>"""
PASSTHROUGH = "<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>"
EXTERNAL = "<tpm><backend type='external'><source type='unix' mode='connect' path='/run/tpm.sock'/></backend></tpm>"


def backend(xml: str) -> Any:
    """The stored backend of a TPM that is typed throughout and comes back the same."""
    whole = f"<domain><devices>{xml}</devices></domain>"
    definition = schema.domain_from_xml(whole)
    assert schema.untyped(definition) == []
    assert difference(whole.encode(), schema.domain_to_xml(definition)) is None
    (tpm,) = definition["devices"]["tpms"]
    return tpm["backend"]


def test_an_emulator_keeps_every_setting() -> None:
    assert backend(EMULATOR) == {
        "kind": "emulator",
        "version": "2.0",
        "debug": 5,
        "persistentState": True,
        "encryptionSecret": "6dd3e4a5-1d76-44ce-961f-f119f5aad935",
        "activePcrBanks": {"sha1": True, "sha256": True},
        "source": {"type": "dir", "path": "/var/lib/tpm"},
        "profile": {"source": "local:restricted", "removeDisabled": "fips-host", "name": "custom:restricted"},
        "spelling": {"debug": "0x05"},
    }


def test_a_backend_without_settings_is_kept() -> None:
    assert backend("<tpm><backend type='emulator'><active_pcr_banks/></backend></tpm>") == {
        "kind": "emulator",
        "activePcrBanks": {},
    }
    assert backend("<tpm><backend type='passthrough'><device/></backend></tpm>")["kind"] == "passthrough"
    assert backend("<tpm><backend type='abacus' version='1.2'/></tpm>") == {
        "kind": "other",
        "type": "abacus",
        "version": "1.2",
    }


def test_in_one_line() -> None:
    assert described(EMULATOR) == "tpm-crb, emulator TPM 2.0, /var/lib/tpm, encrypted"
    assert described(PASSTHROUGH) == "tpm-tis, passthrough TPM, /dev/tpm0"
    assert described(EXTERNAL) == "external TPM, /run/tpm.sock"
    assert described("<tpm model='tpm-tis'/>") == "tpm-tis"
    assert described("<tpm/>") == "tpm"

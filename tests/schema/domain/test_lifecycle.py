"""What happens when the guest stops: words of each event, and sleep states that nobody decided."""

import schema
from tests.shared import difference

XML = """<domain>
  <genid/>
  <bootloader/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>preserve-running</on_crash>
  <on_lockfailure>pause</on_lockfailure>
  <pm><suspend-to-mem enabled='no'/><suspend-to-disk/></pm>
</domain>"""


def test_a_domain_s_events() -> None:
    definition = schema.domain_from_xml(XML)
    domain = definition["domain"]
    assert difference(XML, schema.domain_to_xml(definition)) is None
    assert schema.untyped(definition) == []
    assert [domain[key] for key in ("onPoweroff", "onReboot", "onCrash", "onLockfailure")] == [
        "destroy",
        "restart",
        "preserve-running",
        "pause",
    ]
    assert domain["pm"] == {"suspendToMem": False, "spelling": {"suspend-to-disk/": ""}}
    assert (domain["genid"], domain["bootloader"]) == ("", "")


def test_a_word_of_another_event_is_kept_beside() -> None:
    definition = schema.domain_from_xml("<domain><on_reboot>coredump-restart</on_reboot></domain>")
    assert "onReboot" not in definition["domain"]
    assert "coredump-restart" in schema.domain_to_xml(definition)

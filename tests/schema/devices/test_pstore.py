"""Storage for crash logs."""

from tests.schema.devices import described


def test_in_one_line() -> None:
    assert (
        described("<pstore backend='acpi-erst'><path>/tmp/guest_erst</path><size unit='MiB'>1</size></pstore>")
        == "acpi-erst pstore, /tmp/guest_erst, 1 MiB"
    )
    assert described("<pstore backend='acpi-erst'><size>8</size></pstore>") == "acpi-erst pstore, 8 KiB"
    assert described("<pstore/>") == "pstore"

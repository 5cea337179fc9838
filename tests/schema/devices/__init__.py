"""Each module of `schema.devices` has its test here; `described` is what they share."""

import schema
from schema.device import summary


def described(xml: str) -> str:
    """The summary of a device's XML."""
    (device,) = schema.devices_of(schema.domain_from_xml(f"<domain><devices>{xml}</devices></domain>"))
    return summary(device)

"""`<qemu:capabilities>`, `<qemu:deprecation>`, `<qemu:override>`: how libvirt deals with QEMU, for those who test it.

Source: libvirt's driver page for QEMU, "QEMU feature configuration for testing" and the sections after it.
"""

from enum import Enum

from ..element import Element, attribute, children, element
from ..scalars import word, words


@element
class QemuCapability(Element):
    """Something that QEMU can do, in libvirt's own list."""

    capability: str | None = attribute("libvirt's name for the ability, such as `blockdev`.", searchable=True)


@element
class QemuCapabilities(Element):
    """What libvirt is told to believe of QEMU's abilities, whatever it found itself; for experiments only.

    Since libvirt 5.5.0.
    """

    added: list[QemuCapability] | None = children("Abilities that QEMU is taken to have.", xml="qemu:add")
    removed: list[QemuCapability] | None = children("Abilities that QEMU is taken to lack.", xml="qemu:del")


@words
class QemuDeprecation(Enum):
    """What QEMU does about interfaces that are going away; for developers of libvirt, not for production."""

    NONE = word("none", "It accepts and returns them, as by default")
    OMIT = word("omit", "It accepts them and leaves them out of its answers")
    REJECT = word("reject", "It answers their use with an error and leaves them out of its answers")
    CRASH = word("crash", "It crashes when they are used and leaves them out of its answers")


@words
class QemuPropertyType(Enum):
    """What kind of value a property of a QEMU device is given."""

    STRING = word("string", "Text, or one of the words of an enumeration")
    SIGNED = word("signed", "A decimal number that may be negative")
    UNSIGNED = word("unsigned", "A decimal number of zero or more")
    BOOL = word("bool", "A boolean, written `true` or `false`")
    REMOVE = word("remove", "None: libvirt leaves the property out")


@element
class QemuProperty(Element):
    """A property of a device that is given to QEMU in place of libvirt's own choice."""

    name: str | None = attribute("QEMU's name for the property, such as `physical_block_size`.")
    type: QemuPropertyType | None = attribute("What kind of value QEMU expects there.")
    value: str | None = attribute("What the property is set to; missing when it is removed.")


@element
class QemuDeviceOverride(Element):
    """Properties of one device that are given to QEMU in place of libvirt's own choice.

    They apply when the guest is started, not when the device is plugged in later.
    """

    alias: str | None = attribute(
        "Alias of the device that is changed, best one of the user's own (`ua-…`).", searchable=True
    )
    frontend_properties: list[QemuProperty] | None = children(
        "Changed properties of what the guest sees, QEMU's `-device`.",
        xml="qemu:property",
        within="qemu:frontend",
        since="8.2.0",
    )

"""`<seclabel>` of a domain: how the host's security drivers confine the hypervisor process.

The labels of single disks and character devices are `schema.parts.SecurityLabel`.

Source: libvirt's domain XML, "Security label".
"""

from enum import Enum

from ..element import Element, attribute, element, text_child
from ..scalars import YesNo, word, words


@words
class SecurityLabelType(Enum):
    """Who chooses the label that confines a domain."""

    DYNAMIC = word("dynamic", "libvirt makes up one that no other domain has", since="0.6.1")
    STATIC = word("static", "The definition gives it, ready for use", since="0.6.2")
    NONE = word("none", "Nobody: the driver does not confine the domain", since="0.9.10")


@element
class DomainSecurityLabel(Element):
    """How one of the host's security drivers confines the domain."""

    type: SecurityLabelType | None = attribute(
        "Who chooses the label. Where it is missing the driver's configuration decides, or it is dynamic if there is "
        "a base label.",
        searchable=True,
    )
    model: str | None = attribute(
        "Security driver that the label is for: `selinux`, `apparmor` or `dac` (owner and group of the process).",
        searchable=True,
    )
    relabel: YesNo | None = attribute(
        "Whether libvirt labels the domain's disks and other resources too; always so with dynamic labels, and only "
        "if asked for with static ones."
    )
    label: str | None = text_child(
        "The label itself: a context of SELinux, a profile of AppArmor, or owner and group such as `+107:+107`, "
        "where the plus sign marks numbers. libvirt tells here what it chose.",
        searchable=True,
    )
    image_label: str | None = text_child(
        "Label that libvirt sets on the domain's resources, in the driver's notation; running domains only.",
        xml="imagelabel",
    )
    base_label: str | None = text_child(
        "Label that a dynamic one is derived from, in the driver's notation; SELinux takes only its type.",
        xml="baselabel",
    )

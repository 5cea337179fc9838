"""The shape of nearly all of the domain capabilities: supported or not, and words for named settings.

Source: libvirt's domain capabilities XML format.
"""

from ..element import Element, attribute, children, element
from ..scalars import YesNo


@element
class SupportedWords(Element):
    """The words that one setting may take."""

    name: str | None = attribute(
        "Which setting it is: as a rule an attribute, such as `bus`, with the name of its element in front where that "
        "alone would not do, as in `modelType`."
    )
    values: list[str] | None = children(
        "Words that a VM's XML may have there; none where the setting has to be left out.", xml="value"
    )


@element
class Support(Element):
    """Whether the hypervisor supports something, and what its settings may say.

    What is missing was not looked into; only what stands here is certain.
    """

    supported: YesNo | None = attribute("Whether a VM can have it at all.")
    enums: list[SupportedWords] | None = children("Settings of it, with the words that each may take.", xml="enum")

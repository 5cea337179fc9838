"""`<keywrap>`: whether an s390 guest may wrap its keys.

Source: libvirt's domain XML, "Key Wrap".
"""

from enum import Enum

from ..element import Element, attribute, element
from ..scalars import OnOff, word, words


@words
class KeywrapAlgorithm(Enum):
    """The algorithm that a key is wrapped with."""

    AES = word("aes", "Keys are protected under the AES wrapping key")
    DEA = word("dea", "Keys are protected under the DEA/TDEA wrapping key, also known as DES")


@element
class KeywrapCipher(Element):
    """Whether an s390 guest may protect keys by encrypting them under a wrapping key made for this VM."""

    name: KeywrapAlgorithm | None = attribute("Algorithm of the wrapping key.")
    state: OnOff | None = attribute("Whether the guest may manage keys with it; allowed where nothing is said.")

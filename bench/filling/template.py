"""A stored document with gaps: encoded once, then copied with other words in it, all as long as those they replace."""

import re
from collections.abc import Mapping

import bson
from bson.int64 import Int64
from bson.raw_bson import RawBSONDocument

from bench.filling.families import Words
from bench.filling.layout import INTERFACES
from server.store.connection import Document

EXAMPLE = Words(
    number="qznumb",
    host="qzkvhost",
    rack="qzrk",
    cluster="qzclus",
    uuid="5eed5eed-51ab-4eed-8eed-5eed5eed5eed",
    macs=[f"52:54:5e:ed:51:0{nic}" for nic in range(INTERFACES)],
)
"""The words of the VMs that templates are made from; nothing else in a document reads like one of them."""

SEQUENCE = Int64(0x51EED_51EED_51EED)
"""The sequence of the change records that templates are made from."""


def gaps(words: Words, sequence: int = SEQUENCE) -> dict[str, bytes]:
    """What fills the gaps, by the gap's name."""
    macs = {f"mac{number}": mac.encode() for number, mac in enumerate(words.macs)}
    dashed = {f"dashed{number}": mac.replace(b":", b"-") for number, mac in enumerate(macs.values())}
    return {
        "uuid": words.uuid.encode(),
        "host": words.host.encode(),
        # Of the host's last four characters, its UUIDs are made.
        "hex": words.host[-4:].encode().hex().encode(),
        "number": words.number.encode(),
        "cluster": words.cluster.encode(),
        "rack": words.rack.encode(),
        **macs,
        **dashed,
        "sequence": sequence.to_bytes(8, "little"),
    }


_GAPS = gaps(EXAMPLE)
_NAMES = {sentinel: name for name, sentinel in _GAPS.items()}
_ANY = re.compile(b"(" + b"|".join(re.escape(one) for one in _NAMES) + b")")


class Template:
    """What a document with the words of `EXAMPLE`, but perhaps another UUID, becomes with others."""

    def __init__(self, document: Document, uuid: str = EXAMPLE.uuid) -> None:
        self._parts = _ANY.split(bson.encode(document).replace(uuid.encode(), EXAMPLE.uuid.encode()))
        self._gaps = [(place, _NAMES[self._parts[place]]) for place in range(1, len(self._parts), 2)]

    def filled(self, words: Mapping[str, bytes]) -> RawBSONDocument:
        """The document with the words that `gaps` gave."""
        parts = self._parts.copy()
        for place, name in self._gaps:
            parts[place] = words[name]
        return RawBSONDocument(b"".join(parts))

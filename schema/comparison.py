"""Whether two XML documents say the same, and where they first differ.

Elements, namespaces, attributes, text and the order among siblings of one name are information, letter for letter.
Comments, processing instructions, prefixes, the order of attributes, the order among siblings of different names and
blanks around elements are not. Within `<metadata>`, which libvirt leaves to others, the order of all siblings counts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from .element import PREFIXES
from .xmltext import BLANK, XmlError

_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """The place where two documents differ, `domain/devices/disk[2]/target/@dev`, and what each has there."""

    path: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}: {self.before} became {self.after}"


def first_difference(before: str | bytes, after: str | bytes) -> Difference | None:
    """The first difference, in the order of the elements of `before`; None where both say the same.

    Raises XmlError for XML that is malformed, has a document type or is nested more than 256 levels deep.
    """
    waiting = [(_root(before), _root(after), False)]
    while waiting:
        one, other, ordered = waiting.pop()
        if found := _difference_here(one, other):
            return found
        ordered = ordered or one.tag == "metadata"
        pairs = [(*pair, ordered) for pair in _paired(one, other, ordered=ordered)]
        waiting.extend(reversed(pairs))
    return None


def _root(xml: str | bytes) -> Any:
    """The root element; the encoding that a text declares for itself does not count."""
    parser = etree.XMLParser(
        encoding="utf-8" if isinstance(xml, str) else None,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml.encode() if isinstance(xml, str) else xml, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise XmlError(f"the XML cannot be compared: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise XmlError("the XML cannot be compared: a document type declaration is not allowed")
    return root


def _difference_here(one: Any, other: Any) -> Difference | None:
    """How two elements differ in their names, attributes, texts or in how many children of each name they have."""
    if one.tag != other.tag:
        return Difference(_path(one), f"<{step(one.tag)}>", f"<{step(other.tag)}>")
    for name in dict.fromkeys([*one.attrib, *other.attrib]):
        left, right = one.get(name), other.get(name)
        if left != right:
            return Difference(f"{_path(one)}/@{step(name)}", _quoted(left), _quoted(right))
    if (said := _text(one)) != (says := _text(other)):
        return Difference(f"{_path(one)}/#text", _quoted(said), _quoted(says))
    had, has = (Counter(child.tag for child in element) for element in (one, other))
    for name in dict.fromkeys([*had, *has]):
        if had[name] != has[name]:
            return Difference(f"{_path(one)}/{step(name)}", _counted(had[name]), _counted(has[name]))
    return None


def _paired(one: Any, other: Any, *, ordered: bool) -> Iterator[tuple[Any, Any]]:
    """The children that answer to each other, of two elements with as many children of each name."""
    if ordered:
        yield from zip(one, other, strict=True)
        return
    theirs: dict[str, Iterator[Any]] = {}
    for child in one:
        if child.tag not in theirs:
            theirs[child.tag] = other.iterchildren(child.tag)
        yield child, next(theirs[child.tag])


def _text(element: Any) -> str | None:
    """All character data between the element's tags but that of its children; None for blanks."""
    text = "".join([element.text or "", *(child.tail or "" for child in element)])
    return text if text.strip(BLANK) else None


def _path(element: Any) -> str:
    parent = element.getparent()
    if parent is None:
        return step(element.tag)
    alike = list(parent.iterchildren(element.tag))
    number = f"[{alike.index(element) + 1}]" if len(alike) > 1 else ""
    return f"{_path(parent)}/{step(element.tag)}{number}"


def step(name: str) -> str:
    """A name as a step of a path: `{uri}name`, or `qemu:arg` in a namespace of libvirt."""
    qualified = etree.QName(name)
    prefix = PREFIXES.get(qualified.namespace)
    return f"{prefix}:{qualified.localname}" if prefix else name


def _quoted(value: str | None) -> str:
    return _NOTHING if value is None else repr(value)


def _counted(number: int) -> str:
    return f"{number or 'no'} element{'' if number == 1 else 's'}"

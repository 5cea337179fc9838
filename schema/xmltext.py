"""XML text to a tree and back: xmltodict reads, a small writer writes.

xmltodict keeps everything except the order among siblings of different names. Where that order matters, or an
element is kept whole, lxml gives the original text of that one element.

The writer is ours because `xmltodict.unparse` can neither place kept XML between elements nor keep an order.
"""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import xmltodict
from lxml import etree

from .element import PREFIXES

Tree = dict[str, Any] | str | None
"""What xmltodict makes of an element: attributes as `@name`, text as `#text`, children by name."""

Where = tuple["Where | None", str, int, int]
"""The way to an element: that of its parent, its name, its number among the siblings of this name, its level."""

DEEPEST = 64
"""Levels of elements; MongoDB refuses documents of about 180 levels, and libvirt's deepest XML has about 10."""

LONGEST_CHAIN = 200
"""Links of a chain, which are no levels; libvirt follows no more backing files than that."""

BLANK = " \t\r\n"
"""What XML counts as white space; a no-break space is text."""

LARGEST = 8 * 1024 * 1024
"""Bytes of one XML document; libvirt's own limit for a string on its protocol is 4 MiB."""

SEPARATOR = " "
"""Between namespace and local name, as the parser joins them."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XmlError(ValueError):
    """XML that cannot be taken in: malformed, hostile, too deep, too large or not of the expected root."""


class DefinitionError(ValueError):
    """A definition that no XML can be written for; the message names the path."""


class Source:
    """One parsed XML document."""

    def __init__(self, xml: str | bytes) -> None:
        if len(xml) > LARGEST:
            raise XmlError(f"the XML is larger than {LARGEST // 2**20} MiB")
        self._xml = xml
        self._root: Any = None
        self._found: dict[Any, dict[str, list[Any]]] = {}
        self.name, self.tree = self._parse()

    def _parse(self) -> tuple[str, Tree]:
        try:
            ((name, tree),) = xmltodict.parse(
                self._xml,
                expat=SimpleNamespace(ParserCreate=_strict_parser),
                process_namespaces=True,
                namespace_separator=SEPARATOR,
                strip_whitespace=False,
            ).items()
        except expat.ExpatError as error:
            raise XmlError(f"the XML is malformed: {error}") from None
        except (UnicodeError, LookupError) as error:
            raise XmlError(f"the XML's encoding cannot be read: {error}") from None
        except ValueError as error:
            raise XmlError(f"the XML is refused: {error}") from None
        return name, tree

    def element(self, where: Where) -> Any:
        """The lxml element at this place."""
        if self._root is None:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
            xml = self._xml
            if isinstance(xml, str):  # lxml refuses str with an encoding declaration
                xml = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", xml, count=1)
            try:
                self._root = etree.fromstring(xml, parser)
            except (etree.XMLSyntaxError, ValueError) as error:
                raise XmlError(f"the XML is malformed: {error}") from None
        parent, name, index, _level = where
        if parent is None:
            return self._root
        namespace, _, local = name.rpartition(SEPARATOR)
        return self._children(self.element(parent))[f"{{{namespace}}}{local}" if namespace else local][index]

    def _children(self, element: Any) -> dict[str, list[Any]]:
        """The children of an lxml element by name, looked at once: there may be 100,000 of them to be kept."""
        if element not in self._found:
            found = self._found[element] = {}
            for child in element:
                found.setdefault(child.tag, []).append(child)
        return self._found[element]

    def raw(self, where: Where) -> str:
        """The XML of the element at this place, with the namespaces it uses declared on it."""
        return _raw(self.element(where), where[3])

    def raw_children(self, where: Where) -> list[str]:
        """The XML of each child of the element at this place, in order."""
        return [_raw(child, where[3] + 1) for child in self.element(where)]


def _strict_parser(encoding: str | None, separator: str | None) -> Any:
    parser = expat.ParserCreate(encoding, separator)

    def refuse(*_: object) -> None:
        raise ValueError("a document type declaration is not allowed")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _raw(element: Any, level: int) -> str:
    if level + _height(element) > DEEPEST + 1:
        raise XmlError(f"the XML is deeper than {DEEPEST} levels")
    return str(etree.tostring(element, encoding="unicode", with_tail=False))


def _height(element: Any) -> int:
    height, level = 1, [element]
    while level := [child for one in level for child in one]:
        height += 1
    return height


class Writing:
    """An element on its way out."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str) -> None:
        self.name = name
        self.attributes: dict[str, str] = {}
        self.text = ""
        self.children: list[Writing | str] = []

    def add(self, name: str) -> "Writing":
        """A new child."""
        self.children.append(child := Writing(name))
        return child

    def reach(self, path: tuple[str, ...]) -> "Writing":
        """The first descendant on this path, made where it is missing."""
        here = self
        for name in path:
            found = (child for child in here.children if isinstance(child, Writing) and child.name == name)
            here = next(found, None) or here.add(name)
        return here

    def __str__(self) -> str:
        """The XML text, indented as libvirt does it."""
        namespaces = sorted({name.rpartition(SEPARATOR)[0] for name in self._names()} - {""})
        prefixes = {uri: PREFIXES.get(uri, f"ns{number}") for number, uri in enumerate(namespaces)}
        if _XML in prefixes:
            prefixes[_XML] = "xml"
        declared = {f"xmlns:{prefix}": uri for uri, prefix in prefixes.items() if uri != _XML}
        written = "".join(self._pieces(prefixes, "", declared))
        if illegal := _ILLEGAL.search(written):
            raise DefinitionError(f"XML cannot hold the character {illegal.group()!r}")
        return written

    def _names(self) -> Iterator[str]:
        yield self.name
        yield from self.attributes
        for child in self.children:
            if isinstance(child, Writing):
                yield from child._names()

    def _pieces(self, prefixes: dict[str, str], indent: str, declared: dict[str, str]) -> Iterator[str]:
        name = _prefixed(self.name, prefixes)
        attributes = {_prefixed(key, prefixes): value for key, value in self.attributes.items()} | declared
        yield f"{indent}<{name}" + "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        if not self.text and not self.children:
            yield "/>\n"
            return
        yield ">" + escape(self.text, {"\r": "&#13;"})
        if self.children:
            inner = indent + "  "
            yield "\n" if not self.text else ""
            for child in self.children:
                if isinstance(child, str):
                    yield child if self.text else f"{inner}{child}\n"
                elif self.text:
                    yield "".join(child._pieces(prefixes, "", {})).rstrip("\n")
                else:
                    yield from child._pieces(prefixes, inner, {})
            yield "" if self.text else indent
        yield f"</{name}>\n"


_XML = "http://www.w3.org/XML/1998/namespace"


def _prefixed(name: str, prefixes: dict[str, str]) -> str:
    namespace, _, local = name.rpartition(SEPARATOR)
    return f"{prefixes[namespace]}:{local}" if namespace else local

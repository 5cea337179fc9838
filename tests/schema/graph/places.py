"""Where in an answer each value of XML belongs, and what an answer lacks or has beyond the XML.

Places are made from the XML and the declarations alone; only then is an answer looked at. An answer is that of a
resource or of a VM, with the parts of a definition put together as the XML has them: `whole`.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from graphql import GraphQLEnumType, GraphQLNamedOutputType, GraphQLObjectType, GraphQLSchema
from lxml import etree

from schema.definition import WholeDomain
from schema.devices import DEVICES, Devices
from schema.element import Document
from schema.resource import roots
from schema.scalars import Hexadecimal, Integer, Spelling
from schema.tables import Child, Node, Slot, declared_name, node, reachable
from schema.xmltext import SEPARATOR
from tests.schema.graph.selections import named

_HOMES = {WholeDomain.__name__: ("Domain", "VirtualMachine"), Devices.__name__: ("VirtualMachine",)}
"""The GraphQL types that have the fields of declared classes which are no GraphQL types themselves."""

_SAFE_INTEGER = 2**53 - 1
_WORDS = {"yes": True, "on": True, "1": True, "true": True, "no": False, "off": False, "0": False, "false": False}


@dataclass(frozen=True, slots=True)
class Piece:
    """A step to one of the pieces in `extra`: the value or the XML of the one with this number among its like."""

    path: str | None
    name: str
    namespace: str | None
    holds: str
    number: int = 0

    def within(self, pieces: list[Document]) -> Any:
        """What the piece holds; None where there is no such piece."""
        alike = [piece[self.holds] for piece in pieces if kept_as(piece) == replace(self, number=0)]
        return alike[self.number] if self.number < len(alike) else None


Way = tuple[str | int | Piece, ...]
Inside = tuple[tuple[int, ...], str]
"""In kept XML: the numbers of the elements on the way; the attribute, `#text`, or nothing for the element's name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer must have an attribute, a text or, where `text` is None, an element of the XML."""

    xml: str
    text: str | None
    way: Way
    expected: Any
    inside: Inside | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A place where an answer has something else than the XML says, or nothing."""

    place: Place
    found: Any

    def __str__(self) -> str:
        """`/domain/name 'a': name is 'b', not 'a'`."""
        way = " → ".join(str(step) for step in (*self.place.way, *(self.place.inside or ())))
        said = "" if self.place.text is None else f" {self.place.text!r}"
        return f"{self.place.xml}{said}: {way} is {self.found!r}, not {self.place.expected!r}"


# --- from XML ----------------------------------------------------------------------------------------------------


def own_text(element: Any) -> str:
    """The text of an element without that of its children."""
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def leaves(root: Any) -> Iterator[tuple[str, str]]:
    """Every attribute and text below an element as plain iteration finds them: where it stands, and what it says."""
    tree = root.getroottree()
    for element in root.iter(etree.Element):
        at = tree.getpath(element)
        yield from ((f"{at}/@{name}", value) for name, value in element.attrib.items())
        if own_text(element).strip():
            yield f"{at}/text()", own_text(element)


def places(schema: GraphQLSchema, root: Any, declared: type = WholeDomain) -> Iterator[Place]:
    """The place of every attribute, text and element of a domain, or of what else is declared."""
    return _Walk(schema, root.getroottree()).owner(root, node(declared), ())


@dataclass(frozen=True, slots=True)
class _Walk:
    schema: GraphQLSchema
    tree: Any

    def owner(
        self, element: Any, table: Node, way: Way, kind: str | None = None, own: str | None = None, link: str = ""
    ) -> Iterator[Place]:
        """An element with an object of its own, and all below; `own` is the attribute that its kind comes from."""
        is_a = {"__typename": table.cls.__name__} | ({"kind": kind} if kind else {})
        yield Place(self.tree.getpath(element), None, way, is_a)
        yield from self.content(element, table, way, (), own, link)

    def content(
        self, element: Any, table: Node, way: Way, path: tuple[str, ...], own: str | None = None, link: str = ""
    ) -> Iterator[Place]:
        """What stands in an element; `path` are the folds since the owner, `link` the next one of a chain."""
        at = self.tree.getpath(element)
        for name, text in element.attrib.items():
            if name == own:
                yield Place(f"{at}/@{name}", text, (*way, "kind"), text)
            else:
                slot = table.attributes.get(f"@{_declared(name)}")
                yield self.value(f"{at}/@{name}", text, table, slot, way, path, name)
        text = own_text(element)
        if text.strip():
            yield self.value(f"{at}/text()", text, table, table.text, way, path, "#text")
        elif table.text is not None and (path or text) and not (text and len(element)):
            blank = self.value(at, text, table, table.text, way, path, "#text")
            if text or blank.way == (*way, table.text.key):
                yield replace(blank, text=None)
        groups: dict[str, list[Any]] = {}
        for child in element.iterchildren(etree.Element):
            groups.setdefault(_declared(child.tag), []).append(child)
        for name, group in groups.items():
            plan = table.children.get(name) if name != link else None
            taken = 0
            if isinstance(plan, Node):
                taken = 1
                yield from self.fold(group[0], plan, way, (*path, declared_name(name)))
            elif plan is not None:
                taken = _taken(plan, group)
                yield from self.objects(group[:taken], table.cls, plan, way)
            if name != link:
                yield from self.extra(group[taken:], way, path)

    def value(
        self, xml: str, text: str, table: Node, slot: Slot | None, way: Way, path: tuple[str, ...], name: str
    ) -> Place:
        """An attribute or a text: of a field, or kept where no field can take it."""
        if slot is not None:
            assert slot.spelling is not None
            try:
                return Place(xml, text, (*way, slot.key), self.answered(table.cls, slot.key, slot.spelling, text))
            except ValueError:
                pass
        return Place(xml, text, (*way, _piece(path, name, "value")), text)

    def answered(self, cls: type, key: str, spelling: Spelling, text: str) -> Any:
        """What GraphQL answers for a text; ValueError where the text spells no value of the field."""
        value = spelling.read(text)
        of = self.field(cls, key)
        if isinstance(of, GraphQLEnumType):
            (value,) = (name for name, member in of.values.items() if member.value == text)
        elif isinstance(value, bool):
            assert value is _WORDS[text], f"{text!r} is read as {value!r}"
        elif isinstance(value, float):
            assert value == float(text), f"{text!r} is read as {value!r}"
        elif of.name == "Long":
            assert isinstance(spelling, Integer)
            number = _number(spelling, text.strip())
            value = number if abs(number) <= _SAFE_INTEGER else str(number)
        elif isinstance(value, int):
            assert isinstance(spelling, Integer)
            assert value == _number(spelling, text.strip()), f"{text!r} is read as {value!r}"
        else:
            assert value == text, f"{text!r} is read as {value!r}"
        return value

    def field(self, cls: type, key: str) -> GraphQLNamedOutputType:
        """The GraphQL type behind a field of a declared class."""
        homes = (self.schema.type_map[name] for name in _HOMES.get(cls.__name__, (cls.__name__,)))
        return next(
            named(home.fields[key]) for home in homes if isinstance(home, GraphQLObjectType) and key in home.fields
        )

    def fold(self, element: Any, table: Node, way: Way, path: tuple[str, ...]) -> Iterator[Place]:
        """An element that shares its owner's object."""
        if table.presence is not None:
            yield Place(self.tree.getpath(element), None, (*way, table.presence.key), True)
        else:
            yield Place(self.tree.getpath(element), None, way, {})
        yield from self.content(element, table, way, path)

    def objects(self, elements: list[Any], cls: type, plan: Child, way: Way) -> Iterator[Place]:
        """Elements with objects of their own, or whose texts are a list."""
        home = (*way, plan.key)
        if plan.claim.role == "raw":
            yield from self.raw(elements, home)
        elif plan.claim.role == "chain":
            yield from self.chain(elements, plan, home)
        elif not isinstance(plan.of, type):
            for number, element in enumerate(elements):
                at, text = self.tree.getpath(element), own_text(element)
                value = self.answered(cls, plan.key, plan.of, text)
                yield Place(at, None, (*home, number), value)
                if text.strip():
                    yield Place(f"{at}/text()", text, (*home, number), value)
        else:
            for number, element in enumerate(elements):
                kind, own = _kind(plan, element)
                yield from self.owner(
                    element, plan.shape(kind or ""), (*home, number) if plan.many else home, kind, own
                )

    def raw(self, elements: list[Any], home: Way) -> Iterator[Place]:
        """An element whose children are kept as XML."""
        for element in elements:
            children = list(element.iterchildren(etree.Element))
            at = self.tree.getpath(element)
            yield Place(at, None, home[:-1], {}) if children else Place(at, None, home, [])
            for number, child in enumerate(children):
                yield from self.kept(child, (*home, number))

    def chain(self, elements: list[Any], plan: Child, home: Way) -> Iterator[Place]:
        """Elements inside one another, kept as a flat list."""
        number = 0
        while elements:
            link = elements[0]
            yield from self.owner(link, plan.shape(""), (*home, number), link=_declared(link.tag))
            elements = link.findall(link.tag)
            yield from self.extra(elements[1:], (*home, number), ())
            number += 1

    def extra(self, elements: list[Any], way: Way, path: tuple[str, ...]) -> Iterator[Place]:
        """Elements of one name that no declaration claims."""
        for number, element in enumerate(elements):
            yield from self.kept(element, (*way, replace(_piece(path, element.tag, "xml"), number=number)))

    def kept(self, element: Any, way: Way, steps: tuple[int, ...] = ()) -> Iterator[Place]:
        """An element that is kept as XML, and all below."""
        at = self.tree.getpath(element)
        yield Place(at, None, way, element.tag, (steps, ""))
        for name, text in element.attrib.items():
            yield Place(f"{at}/@{name}", text, way, text, (steps, name))
        if (text := own_text(element)).strip():
            yield Place(f"{at}/text()", text, way, text, (steps, "#text"))
        for number, child in enumerate(element.iterchildren(etree.Element)):
            yield from self.kept(child, way, (*steps, number))


def _declared(tag: str) -> str:
    """A name of lxml as the tables have it: `{http://…}arg` → `http://… arg`."""
    name = etree.QName(tag)
    return f"{name.namespace}{SEPARATOR}{name.localname}" if name.namespace else str(tag)


def _piece(path: tuple[str, ...], tag: str, holds: str) -> Piece:
    name = etree.QName(tag) if tag != "#text" else None
    return Piece("/".join(path) or None, name.localname if name else tag, name.namespace if name else None, holds)


def _number(spelling: Integer, text: str) -> int:
    """The number that C's `strtol` makes of a text; base 16 for digits that make sense in no other."""
    if isinstance(spelling, Hexadecimal) or text.lower().startswith("0x"):
        return int(text, 16)
    if (spelling.digits or spelling.based) and text.isalnum():
        octal = text.startswith("0") and not text.strip("01234567")
        return int(text, 8 if octal else 10 if text.isdigit() else 16)
    return int(text)


def _kind(plan: Child, element: Any) -> tuple[str | None, str | None]:
    """The kind of variant that an element is, and which of its attributes `kind` takes the place of."""
    if not plan.varies:
        return None, None
    word = element.get(plan.of.own) if plan.of.own else element.getparent().get(plan.claim.by)
    if word is None:
        return ("other" if plan.of.own else plan.of.default), None
    if word in plan.of.shapes and word != "other":
        return word, plan.of.own
    return "other", None


def _taken(plan: Child, elements: list[Any]) -> int:
    """How many of the elements of one name have a place of their own."""
    if plan.claim.role == "raw":
        return int(not elements[0].attrib and not own_text(elements[0]).strip())
    if plan.claim.role == "chain" or not plan.many:
        return 1
    if isinstance(plan.of, type):
        return len(elements)
    nothing_but_text = (not len(element) and not element.attrib for element in elements)
    return next((number for number, plain in enumerate(nothing_but_text) if not plain), len(elements))


# --- in an answer ------------------------------------------------------------------------------------------------


def whole(vm: Document) -> Document:
    """The answer for a VM or a saved definition as XML has it: the head and the devices are parts of the domain."""
    own = vm["domain"]["extra"]
    beside = vm["extra"][len(own) :]
    assert vm["extra"][: len(own)] == own
    assert all(piece["path"].partition("/")[0] == "devices" for piece in beside)
    container = [{**piece, "path": piece["path"].partition("/")[2] or None} for piece in beside]
    lists = {declared.array: vm[declared.array] for declared in DEVICES.values()}
    devices = {"__typename": Devices.__name__, "extra": container, "emulator": vm["emulator"], **lists}
    head = {"__typename": WholeDomain.__name__, "name": vm["name"], "uuid": vm["uuid"], "devices": devices}
    return {**vm["domain"], **head}


def kept_as(piece: Document) -> Piece:
    """A piece of an answer as a step, whatever its number."""
    return Piece(piece["path"], piece["name"], piece["namespace"], "value" if piece["xml"] is None else "xml")


def missing(wanted: Iterable[Place], answer: Document) -> Iterator[Missing]:
    """The places where the answer does not have what the XML says."""
    for place in wanted:
        found = _at(place.way, answer)
        if place.inside is not None:
            found = _inside(found, place.inside) if isinstance(found, str) else None
        if not _same(found, place.expected):
            yield Missing(place, found)


def _at(way: Way, answer: Any) -> Any:
    for step in way:
        if isinstance(step, Piece):
            answer = step.within(answer["extra"]) if isinstance(answer, dict) else None
        elif isinstance(step, int):
            answer = answer[step] if isinstance(answer, list) and step < len(answer) else None
        else:
            answer = answer.get(step) if isinstance(answer, dict) else None
    return answer


def _same(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return isinstance(found, dict) and expected.items() <= found.items()
    return type(found) is type(expected) and bool(found == expected)


def _inside(xml: str, inside: Inside) -> str | None:
    steps, leaf = inside
    try:
        element = _parsed(xml)
    except etree.XMLSyntaxError:
        return None
    for step in steps:
        children = list(element.iterchildren(etree.Element))
        if step >= len(children):
            return None
        element = children[step]
    if leaf in ("", "#text"):
        return str(own_text(element) if leaf else element.tag)
    value: str | None = element.get(leaf)
    return value


@lru_cache(maxsize=64)
def _parsed(xml: str) -> Any:
    return etree.fromstring(xml)


def surplus(wanted: Collection[Place], answer: Document) -> list[Way]:
    """What the answer has where the XML says nothing."""
    accounted = {place.way for place in wanted}
    return [way for way in _stored(answer, ()) if way not in accounted]


_CLASSES = {cls.__name__: cls for root in roots(WholeDomain) for cls in reachable(root)}


def _stored(answer: Document, way: Way) -> Iterator[Way]:
    """The ways to everything in an object that can only come from the XML."""
    numbers: dict[Piece, int] = {}
    for piece in answer["extra"]:
        kept = kept_as(piece)
        numbers[kept] = numbers.get(kept, -1) + 1
        yield (*way, replace(kept, number=numbers[kept]))
    for key in sorted(node(_CLASSES[answer["__typename"]]).keys):
        found = answer.get(key)
        for step, item in enumerate(found) if isinstance(found, list) else ((None, found),):
            here = (*way, key) if step is None else (*way, key, step)
            if isinstance(item, dict):
                yield from () if item["__typename"] == Devices.__name__ else (here,)
                yield from _stored(item, here)
            elif item is not None:
                yield here

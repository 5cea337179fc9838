"""XML to document and back, driven by the declarations.

A declared class is compiled once into a `Node`: tables from XML names to what is done with them. Reading walks the
parsed XML along those tables; what no table claims goes to `extra` of the object it stands in. Writing walks the
document along the same tables. Numbers whose text is not the canonical one leave it in `spelling`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from .element import NAMESPACES, Claim, Document, Element, Variant, claims, document_key
from .scalars import Spelling, bare, spelling_of
from .xmltext import DEEPEST, SEPARATOR, DefinitionError, Source, Tree, Where, Writing, XmlError

ENVELOPE = frozenset({"id", "kind", "extra", "spelling", "vm"})
"""Keys of a document that no declaration claims in XML."""


_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}


@dataclass(slots=True)
class Slot:
    """Where a single value goes, and how it is spelled; `spelling` is None for a presence."""

    key: str
    spelling: Spelling | None
    claim: Claim


@dataclass(slots=True, eq=False)
class Node:
    """What one element's attributes, text and children mean. A fold shares its owner's document."""

    cls: type
    attributes: dict[str, Slot] = field(default_factory=dict)
    text: Slot | None = None
    presence: Slot | None = None
    children: "dict[str, Child | Node]" = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    def slots(self) -> Iterator[Slot]:
        """The single values that go into this element's own document, folds included."""
        yield from self.attributes.values()
        yield from (slot for slot in (self.text, self.presence) if slot is not None)
        for plan in self.children.values():
            if isinstance(plan, Node):
                yield from plan.slots()

    def plans(self) -> "Iterator[tuple[str, Child]]":
        """The children with documents of their own, by XML name, folds included."""
        for name, plan in self.children.items():
            if isinstance(plan, Node):
                yield from plan.plans()
            else:
                yield name, plan

    def below(self, key: str) -> "Iterator[Node | None]":
        """What stands under a key of the document: the tables of its shapes, or None for a single value."""
        yield from (None for slot in self.slots() if slot.key == key)
        for _, plan in self.plans():
            if plan.key == key and isinstance(plan.of, type):
                yield from (node(shape) for shape in plan.shapes())


@dataclass(slots=True)
class Child:
    """A child with documents of its own: `many` says whether the key holds a list."""

    key: str
    claim: Claim
    of: Any
    """A declared class, a family of variants, a `Spelling` for lists of text, or None for raw XML."""

    @property
    def many(self) -> bool:
        """Whether the document holds a list."""
        return self.claim.role in ("children", "chain", "variants")

    @property
    def varies(self) -> bool:
        """Whether the documents are variants, told apart by `kind`."""
        return self.claim.role in ("variant", "variants")

    def shapes(self) -> list[type[Any]]:
        """The declared classes that a document here can be of."""
        return list(dict.fromkeys(self.of.shapes.values())) if self.varies else [self.of]

    def shape(self, kind: str) -> Node:
        """The tables for one child of this kind."""
        return node(self.of.shapes[kind] if self.varies else self.of)

    def kind(self, tree: Tree, owner: Tree) -> str | None:
        """The kind of variant that a child is; None where it is no variant."""
        if not self.varies:
            return None
        holder, name = (tree, self.of.own) if self.of.own else (owner, self.claim.by)
        word = holder.get(f"@{name}") if isinstance(holder, dict) else None
        if word is None:
            return "other" if self.of.own else str(self.of.default)
        return word if word in self.of.shapes else "other"


def qualified(name: str) -> str:
    """The name as the parser gives it: `qemu:arg` → `http://… arg`."""
    prefix, colon, local = name.partition(":")
    return f"{NAMESPACES[prefix]}{SEPARATOR}{local}" if colon else name


def declared_name(name: str) -> str:
    """The inverse of `qualified`."""
    namespace, _, local = name.rpartition(SEPARATOR)
    return f"{_PREFIXES[namespace]}:{local}" if namespace else local


_nodes: dict[Any, Node] = {}


def node(cls: type[Any]) -> Node:
    """The tables of a declared class, made once; raises TypeError for a declaration that contradicts itself."""
    if cls not in _nodes:
        _nodes[cls] = _compiled(cls)
    return _nodes[cls]


def _compiled(cls: type[Any]) -> Node:
    compiled = Node(cls)
    hints = get_type_hints(cls, include_extras=True)
    for python_name, claim in claims(cls).items():
        _compile(compiled, document_key(python_name), claim, hints[python_name])
    return compiled


def _compile(compiled: Node, key: str, claim: Claim, annotation: Any) -> None:
    field_name = f"{compiled.cls.__name__}.{key}"
    name = qualified(claim.xml or key)
    steps = [qualified(step) for step in claim.within]
    if claim.role in ("text", "flag") and claim.xml is not None:
        steps.append(name)
    compiled.keys.add(key)
    home = compiled
    for step in steps:
        inner = home.children.setdefault(step, Node(compiled.cls))
        if not isinstance(inner, Node):
            raise TypeError(f"{field_name} reaches into <{step}>, which has an object of its own")
        home = inner
    taken = False
    if claim.role == "attribute":
        taken = f"@{name}" in home.attributes
        home.attributes[f"@{name}"] = Slot(key, _spelling(annotation, field_name), claim)
    elif claim.role == "text":
        taken = home.text is not None
        home.text = Slot(key, _spelling(annotation, field_name), claim)
    elif claim.role == "flag":
        taken = home.presence is not None
        home.presence = Slot(key, None, claim)
    else:
        taken = name in home.children
        home.children[name] = Child(key, claim, _of(claim, bare(annotation), field_name))
    if taken:
        raise TypeError(f"{field_name} claims XML that another field claims")


def _spelling(annotation: Any, field_name: str) -> Spelling:
    try:
        return spelling_of(annotation)
    except TypeError as error:
        raise TypeError(f"{field_name}: {error}") from None


def _of(claim: Claim, annotation: Any, field_name: str) -> Any:
    if claim.role == "raw":
        return None
    if not isinstance(annotation, type) or not issubclass(annotation, Element):
        return _spelling(annotation, field_name)
    if claim.role in ("variant", "variants"):
        _check_family(annotation, claim, field_name)
    return annotation


def _check_family(members: Any, claim: Claim, field_name: str) -> None:
    """Every word must find a shape, and survive in it."""
    name = members.__name__
    if not issubclass(members, Variant) or "shapes" not in vars(members):
        raise TypeError(f"{field_name}: {name} is no family")
    if (members.own is None) == (claim.by is None):
        raise TypeError(f"{field_name}: the word must stand on {name} (own=) or on its owner (by=), one of them")
    if "other" not in members.shapes:
        raise TypeError(f'{field_name}: {name} has no shape("other") for words that nobody declared')
    if members.own is not None and f"@{members.own}" not in node(members.shapes["other"]).attributes:
        raise TypeError(f"{field_name}: the shape for other words of {name} must declare the attribute {members.own}")


# --- reading -----------------------------------------------------------------------------------------------------


def read(source: Source, cls: type[Any]) -> Document:
    """The document of the source's root element; raises XmlError."""
    document: Document = {}
    _read(source, node(cls), source.tree, document, (None, source.name, 0, 1), ())
    return document


def _read(
    source: Source, table: Node, tree: Tree, document: Document, where: Where, path: tuple[str, ...], link: str = ""
) -> None:
    """Take one element into `document`; `path` are the folds since the owner, `link` a chain's own child name."""
    if where[3] > DEEPEST:
        raise XmlError(f"the XML is deeper than {DEEPEST} levels")
    if not isinstance(tree, dict):
        tree = {"#text": tree} if tree else {}
    before = len(document), len(document.get("extra", ()))
    if table.presence is not None:
        document[table.presence.key] = True
    for name, value in tree.items():
        if name[0] == "@":
            slot = table.attributes.get(name)
            if slot is not None:
                if not _read_value(slot, value, document):
                    _keep(document, path, name[1:], value=value)
            elif name != "@xmlns" or isinstance(value, str):
                _keep(document, path, name[1:], value=value)
        elif name == "#text":
            _read_text(table, value, document, path, blank=_has_children(tree))
        elif name != link:
            _read_children(source, table, name, value, tree, document, where, path)
    if table.text is not None and path and "#text" not in tree:
        _read_value(table.text, "", document)
    if path and before == (len(document), len(document.get("extra", ()))):
        document.setdefault("spelling", {})["/".join(path)] = ""


def _has_children(tree: dict[str, Any]) -> bool:
    return any(name[0] not in "@#" for name in tree)


def _read_text(table: Node, value: str, document: Document, path: tuple[str, ...], *, blank: bool) -> None:
    if (blank or table.text is None) and not value.strip():
        return
    if table.text is None or not _read_value(table.text, value, document):
        _keep(document, path, "#text", value=value)


def _read_value(slot: Slot, text: str, document: Document) -> bool:
    assert slot.spelling is not None
    try:
        value = slot.spelling.read(text)
    except ValueError:
        return False
    document[slot.key] = value
    if type(value) is int and slot.spelling.write(value) != text:
        document.setdefault("spelling", {})[slot.key] = text
    return True


def _read_children(
    source: Source,
    table: Node,
    name: str,
    value: Any,
    owner: dict[str, Any],
    document: Document,
    where: Where,
    path: tuple[str, ...],
) -> None:
    trees = value if isinstance(value, list) else [value]
    plan = table.children.get(name)
    level = where[3] + 1
    taken = 0
    if isinstance(plan, Node):
        _read(source, plan, trees[0], document, (where, name, 0, level), (*path, declared_name(name)))
        taken = 1
    elif plan is None:
        pass
    elif plan.claim.role == "raw":
        taken = _read_raw(source, plan, name, trees, document, where)
    elif plan.claim.role == "chain":
        document[plan.key] = _read_chain(source, plan, name, trees[0], (where, name, 0, level))
        taken = 1
    elif not isinstance(plan.of, type):
        taken = _read_texts(plan, trees, document)
    else:
        wanted = trees if plan.many else trees[:1]
        found = [
            _read_object(source, plan, tree, owner, (where, name, number, level)) for number, tree in enumerate(wanted)
        ]
        document[plan.key] = found if plan.many else found[0]
        taken = len(found)
    for number in range(taken, len(trees)):
        _keep(document, path, name, xml=source.raw((where, name, number, level)))


def _read_object(source: Source, plan: Child, tree: Tree, owner: Tree, where: Where) -> Document:
    kind = plan.kind(tree, owner)
    document: Document = {} if kind is None else {"kind": kind}
    table = plan.shape(kind or "")
    if kind is not None and plan.of.own and kind != "other":
        tree = {name: value for name, value in tree.items() if name != f"@{plan.of.own}"}  # type: ignore[union-attr]
    _read(source, table, tree, document, where, ())
    return document


def _read_chain(source: Source, plan: Child, name: str, tree: Tree, where: Where) -> list[Document]:
    links: list[Document] = []
    while True:
        document: Document = {}
        links.append(document)
        _read(source, plan.shape(""), tree, document, where, (), link=name)
        inner = tree.get(name, tree) if isinstance(tree, dict) else tree
        if inner is tree:
            return links
        if isinstance(inner, list):
            for number in range(1, len(inner)):
                _keep(document, (), name, xml=source.raw((where, name, number, where[3])))
            inner = inner[0]
        tree, where = inner, (where, name, 0, where[3])  # a link is no level: chains are stored flat


def _read_texts(plan: Child, trees: list[Tree], document: Document) -> int:
    """Take the leading children that are nothing but text of the right spelling; returns how many."""
    values = []
    for tree in trees:
        text = "" if tree is None else tree
        try:
            value = plan.of.read(text) if isinstance(text, str) else None
        except ValueError:
            value = None
        if value is None or plan.of.write(value) != text:
            break
        values.append(value)
    if values:
        document[plan.key] = values
    return len(values)


def _read_raw(source: Source, plan: Child, name: str, trees: list[Tree], document: Document, where: Where) -> int:
    tree = trees[0]
    if isinstance(tree, dict) and any(key[0] == "@" and key != "@xmlns" for key in tree):
        return 0
    if (isinstance(tree, str) and tree.strip()) or (isinstance(tree, dict) and str(tree.get("#text", "")).strip()):
        return 0
    document[plan.key] = source.raw_children((where, name, 0, where[3] + 1))
    return 1


def _keep(document: Document, path: tuple[str, ...], name: str, **piece: str) -> None:
    namespace, _, local = name.rpartition(SEPARATOR)
    entry = {"name": local} | ({"namespace": namespace} if namespace else {}) | piece
    document.setdefault("extra", []).append(({"path": "/".join(path)} if path else {}) | entry)


# --- writing -----------------------------------------------------------------------------------------------------


def write(document: Document, cls: type[Any], name: str) -> Writing:
    """The element `name` of a document of this class; raises DefinitionError."""
    element = Writing(name)
    _write(node(cls), document, element, name)
    return element


def _write(table: Node, document: Document, element: Writing, at: str) -> None:
    _check(table, document, at)
    _write_fields(table, document, element, at)
    _write_rest(document, element, at)


def _check(table: Node, document: Document, at: str) -> None:
    if not isinstance(document, dict):
        raise DefinitionError(f"{at}: an object is expected, not {document!r}")
    if unknown := document.keys() - table.keys - ENVELOPE:
        raise DefinitionError(f"{at}: {table.cls.__name__} has no field {sorted(unknown)[0]!r}")


def _write_rest(document: Document, element: Writing, at: str) -> None:
    for path, spelled in document.get("spelling", {}).items():
        if spelled == "":
            element.reach(_steps(path))
    for piece in document.get("extra", ()):
        try:
            _write_piece(piece, element)
        except KeyError as missing:
            raise DefinitionError(f"{at}.extra: a piece lacks {missing}") from None


def _write_piece(piece: Document, element: Writing) -> None:
    home = element.reach(_steps(piece["path"]) if piece.get("path") else ())
    name = f"{piece['namespace']}{SEPARATOR}{piece['name']}" if piece.get("namespace") else piece["name"]
    if piece.get("xml") is not None:
        home.children.append(piece["xml"])
    elif name == "#text":
        home.text = piece["value"]
    else:
        home.attributes[name] = piece["value"]


def _steps(path: str) -> tuple[str, ...]:
    return tuple(qualified(step) for step in path.split("/"))


def _write_fields(table: Node, document: Document, element: Writing, at: str) -> None:
    for name, slot in table.attributes.items():
        if slot.key in document:
            element.attributes[name[1:]] = _text(slot, document, at)
    if table.text is not None and table.text.key in document:
        element.text = _text(table.text, document, at)
    for name, plan in table.children.items():
        if isinstance(plan, Node):
            if _exists(plan, document):
                _write_fields(plan, document, element.add(name), at)
        elif plan.key in document:
            _write_child(plan, name, document[plan.key], element, f"{at}.{plan.key}")


def _exists(fold: Node, document: Document) -> bool:
    """Whether the document holds anything that this fold writes."""
    if fold.presence is not None and document.get(fold.presence.key):
        return True
    slots = [*fold.attributes.values(), *([fold.text] if fold.text else [])]
    return any(slot.key in document for slot in slots) or any(
        _exists(plan, document) if isinstance(plan, Node) else plan.key in document for plan in fold.children.values()
    )


def _text(slot: Slot, document: Document, at: str) -> str:
    value, kept = document[slot.key], document.get("spelling", {}).get(slot.key)
    assert slot.spelling is not None
    try:
        if kept is not None and slot.spelling.read(kept) == value:
            return str(kept)
        return slot.spelling.write(value)
    except ValueError as error:
        raise DefinitionError(f"{at}.{slot.key}: {error}") from None


def _write_child(plan: Child, name: str, value: Any, element: Writing, at: str) -> None:
    if plan.many and not isinstance(value, list):
        raise DefinitionError(f"{at}: a list is expected, not {value!r}")
    if plan.claim.role == "raw":
        element.add(name).children.extend(value)
    elif plan.claim.role == "chain":
        links = []
        for number, link in enumerate(value):
            element = element.add(name)
            _check(plan.shape(""), link, f"{at}.{number}")
            _write_fields(plan.shape(""), link, element, f"{at}.{number}")
            links.append((link, element))
        for link, element in links:  # only now: a kept sibling of the next link follows it
            _write_rest(link, element, at)
    elif not isinstance(plan.of, type):
        try:
            for item in value:
                element.add(name).text = plan.of.write(item)
        except ValueError as error:
            raise DefinitionError(f"{at}: {error}") from None
    elif plan.many:
        for number, item in enumerate(value):
            _write_object(plan, item, element.add(name), f"{at}.{number}")
    else:
        _write_object(plan, value, element.add(name), at)


def _write_object(plan: Child, document: Document, element: Writing, at: str) -> None:
    kind = ""
    if plan.varies:
        kind = document.get("kind", "")
        if kind not in plan.of.shapes:
            raise DefinitionError(f"{at}: {kind!r} is no kind of {plan.of.__name__}: {', '.join(plan.of.shapes)}")
        if plan.of.own and kind != "other":
            element.attributes[plan.of.own] = kind
    _write(plan.shape(kind), document, element, at)

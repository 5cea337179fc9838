"""XML to document and back, driven by the tables of the declarations.

Reading walks the parsed XML along the tables; what no table claims goes to `extra` of the object it stands in.
Writing walks the document along the same tables. Numbers whose text is not the canonical one leave it in `spelling`.
"""

from typing import Any

from .element import Document
from .tables import Child, Node, Slot, declared_name, node, qualified
from .xmltext import BLANK, DEEPEST, LONGEST_CHAIN, SEPARATOR, DefinitionError, Source, Tree, Where, Writing, XmlError

ENVELOPE = frozenset({"id", "kind", "extra", "spelling", "vm"})
"""Keys of a document that no declaration claims in XML."""


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
    before = (len(document), len(document.get("extra", ()))) if path else (0, 0)
    if table.presence is not None:
        document[table.presence.key] = True
    for name, value in tree.items():
        if name[0] == "@":
            slot = table.attributes.get(name)
            if slot is None:
                if name != "@xmlns" or isinstance(value, str):
                    _keep(document, path, name[1:], value=value)
            elif slot.verbatim:
                document[slot.key] = value
            elif not _read_value(slot, value, document):
                _keep(document, path, name[1:], value=value)
        elif name == "#text":
            if not value.strip(BLANK) and (table.text is None or _has_children(tree)):
                continue  # indentation
            if table.text is None or not _read_value(table.text, value, document):
                _keep(document, path, "#text", value=value)
        elif name != link:
            _read_children(source, table, name, value, tree, document, where, path)
    if table.text is not None and path and "#text" not in tree:
        _read_value(table.text, "", document)
    if path and before == (len(document), len(document.get("extra", ()))):
        document.setdefault("spelling", {})[f"{'/'.join(path)}/"] = ""  # the slash keeps it apart from fields


def _has_children(tree: dict[str, Any]) -> bool:
    return any(name[0] not in "@#" for name in tree)


def _read_value(slot: Slot, text: str, document: Document) -> bool:
    assert slot.spelling is not None
    try:
        value = slot.spelling.read(text)
    except ValueError:
        return False
    document[slot.key] = value
    if slot.numeric and slot.spelling.write(value) != text:
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
        if len(links) == LONGEST_CHAIN:
            raise XmlError(f"<{name}> stands in itself more than {LONGEST_CHAIN} times")
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
    text = tree.get("#text", "") if isinstance(tree, dict) else tree or ""
    if text.strip(BLANK):
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
    for path in document.get("spelling", {}):
        if path.endswith("/"):
            element.reach(_steps(path[:-1]))
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
        if len(value) > LONGEST_CHAIN:
            raise DefinitionError(f"{at}: {len(value)} links, more than {LONGEST_CHAIN}")
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

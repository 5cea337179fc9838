"""libvirt's RelaxNG schemas: every path that they allow, and valid documents made from them.

A path is written as in `domain/devices/disk/driver/@cache`; a word that the schema lists is `…/@cache=none`.
"""

import random
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import rstr
from lxml import etree

from schema.element import NAMESPACES, PREFIXES

_RNG = "{http://relaxng.org/ns/structure/1.0}"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")
_RANGES = {
    "int": (-(2**31), 2**31 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedInt": (0, 2**31 - 1),
    "positiveInteger": (1, 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "unsignedLong": (0, 2**64 - 1),
}
"""What numbers are drawn from; libvirt keeps no counter or size above 2^31 in what its schema calls unsignedInt."""


_SAMPLES = {
    "NCName": "name",
    "anyURI": "http://example.org/",
    "dateTime": "2024-02-29T12:00:00",
    "double": "0.5",
    "string": "text",
}

_NUMBERS = {"domainsnapshot/creationTime"}
"""Elements with a number where the schema allows any text."""

_MOST = 3
"""How often something that may be repeated is."""

_FEW = 5
"""How many of the missing things a document is made for."""

_ATTEMPTS = 100
"""Documents in a row that may bring nothing new."""


@dataclass(frozen=True, eq=False, slots=True)
class Pattern:
    """A piece of a schema; `name` is that of an element, an attribute or a definition, with its prefix."""

    kind: str
    name: str | None = None
    parts: "tuple[Pattern, ...]" = ()
    text: str = ""
    limits: tuple[tuple[str, str], ...] = ()


class Grammar:
    """A schema with what it includes."""

    def __init__(self, file: Path) -> None:
        self._found: dict[str, list[Pattern]] = {}
        self._folder = file.parent
        self._inner: dict[str, Grammar] = {}
        self.start = self._load(file)
        self.defines = {
            name: patterns[0] if len(patterns) == 1 else Pattern("choice", None, tuple(patterns))
            for name, patterns in self._found.items()
        }
        self._validator = etree.RelaxNG(etree.parse(file))
        self._targets: dict[tuple[int, str], frozenset[str]] = {}

    def accepts(self, xml: bytes) -> bool:
        """Whether a document is valid."""
        valid: bool = self._validator.validate(etree.fromstring(xml))
        return valid

    def _load(self, file: Path) -> Pattern:
        start = Pattern("empty")
        for each in etree.parse(file).getroot():
            if each.tag == f"{_RNG}include":
                self._load(file.parent / each.get("href"))
            elif each.tag == f"{_RNG}define":
                self._found.setdefault(each.get("name"), []).append(Pattern("group", None, _parts(each)))
            elif each.tag == f"{_RNG}start":
                start = Pattern("group", None, _parts(each))
        return start

    def inner(self, pattern: Pattern) -> "Grammar":
        """The schema that stands inside this one as a grammar of its own."""
        if pattern.text not in self._inner:
            self._inner[pattern.text] = Grammar(self._folder / pattern.text)
        return self._inner[pattern.text]

    def root(self) -> Pattern:
        """The root element of all documents."""
        found = self.start
        while found.kind != "element":
            found = self.defines[str(found.name)] if found.kind == "ref" else found.parts[0]
        return found

    def targets(self, pattern: Pattern, path: str = "", within: tuple[str, ...] = ()) -> frozenset[str]:
        """All paths and words below a pattern that stands at `path`; what holds itself is entered twice."""
        key = id(pattern), path
        if key not in self._targets:
            self._targets[key] = frozenset(self._walk(pattern, path, within))
        return self._targets[key]

    def forbidden(self, pattern: Pattern) -> bool:
        """Whether nothing can match a pattern."""
        if pattern.kind == "ref":
            return any(part.kind == "notAllowed" for part in self.defines[str(pattern.name)].parts)
        return pattern.kind == "notAllowed" or (
            pattern.kind in ("group", "element") and any(self.forbidden(part) for part in pattern.parts)
        )

    def _walk(self, pattern: Pattern, path: str, within: tuple[str, ...]) -> Iterator[str]:
        match pattern.kind:
            case "element" | "attribute":
                if pattern.name is None or self.forbidden(pattern):
                    return
                path = step(path, pattern)
                yield path
            case "value":
                yield f"{path}={pattern.text}"
            case "grammar":
                yield step(path, self.inner(pattern).root())  # what is below is for the tests of that schema
            case "ref":
                name = str(pattern.name)
                if within.count(name) < 2:
                    yield from self.targets(self.defines[name], path, (*within, name))
                return
        for part in pattern.parts:
            yield from self.targets(part, path, within)


def step(path: str, pattern: Pattern) -> str:
    """The path of an element or attribute that stands at `path`."""
    name = f"@{pattern.name}" if pattern.kind == "attribute" else str(pattern.name)
    return f"{path}/{name}" if path else name


def _parts(owner: Any, namespace: str = "") -> tuple[Pattern, ...]:
    return tuple(_pattern(each, namespace) for each in owner if isinstance(each.tag, str) and each.tag.startswith(_RNG))


def _pattern(each: Any, namespace: str) -> Pattern:
    kind = each.tag.removeprefix(_RNG)
    if kind == "data":
        limits = tuple((param.get("name"), param.text) for param in each.findall(f"{_RNG}param"))
        return Pattern(kind, None, (), each.get("type"), limits)
    if kind == "grammar":
        return Pattern(kind, None, (), each.find(f"{_RNG}include").get("href"))
    name = each.get("name")
    namespace = each.get("ns", namespace)
    if name and namespace and kind == "element":
        name = f"{PREFIXES[namespace]}:{name}"
    return Pattern(kind, name, _parts(each, namespace), each.text or "" if kind == "value" else "")


class Writer:
    """Makes valid documents that contain what has not been seen yet.

    `patterns` are narrower ones to draw texts from, in place of those of the schema.
    """

    def __init__(self, grammar: Grammar, seed: int = 0, patterns: Mapping[str, str] = MappingProxyType({})) -> None:
        self._grammar = grammar
        self._patterns = patterns
        self._random = random.Random(seed)
        self._strings = rstr.Rstr(self._random)
        self._focus: set[str] = set()
        self._seen: set[str] = set()

    def documents(self, wanted: Collection[str]) -> Iterator[bytes]:
        """Valid documents until everything `wanted` stands in one; what cannot be had is given up.

        Each is made for one element that lacks something, and else is as small as can be: libxml2 takes hours to
        validate a document that has everything at once.
        """
        self._missing = set(wanted)
        homes: dict[str, set[str]] = {}
        for one in sorted(wanted):
            homes.setdefault(one.partition("=")[0].rpartition("/")[0], set()).add(one)
        for members in homes.values():
            failures = 0
            while (left := members & self._missing) and failures < _ATTEMPTS:
                self._focus, self._seen = set(self._random.sample(sorted(left), min(_FEW, len(left)))), set()
                root = etree.Element("root")
                self._write(self._grammar.start, "", root, ())
                xml = etree.tostring(root[0])
                if not self._grammar.accepts(xml):
                    failures += 1
                    continue
                self._missing -= self._seen
                failures = failures + 1 if members & self._missing == left else 0
                yield xml

    def _new(self, pattern: Pattern, path: str) -> int:
        """How much of what the document is made for a pattern would add."""
        left = self._focus - self._seen
        return len(self._grammar.targets(pattern, path) & left) if left else 0

    def _write(self, pattern: Pattern, path: str, home: Any, within: tuple[str, ...]) -> None:
        match pattern.kind:
            case "element":
                if pattern.name is not None:
                    path = step(path, pattern)
                    self._seen.add(path)
                    inner = etree.SubElement(home, _qualified(pattern.name))
                    self._all(pattern.parts, path, inner, within)
            case "attribute":
                if pattern.name is not None:
                    path = step(path, pattern)
                    self._seen.add(path)
                    text = etree.Element("text")
                    self._all(pattern.parts or (Pattern("text"),), path, text, within)
                    home.set(pattern.name, text.text or "")
            case "optional" | "zeroOrMore" | "oneOrMore":
                self._repeat(pattern, path, home, within)
            case "choice":
                chosen = self._choose(pattern.parts, path, within)
                self._write(chosen, path, home, within)
            case "ref":
                name = str(pattern.name)
                self._write(self._grammar.defines[name], path, home, (*within, name))
            case "value":
                self._seen.add(f"{path}={pattern.text}")
                home.text = pattern.text
            case "grammar":
                inner = self._grammar.inner(pattern)
                self._seen.add(step(path, inner.root()))
                Writer(inner, self._random.getrandbits(32))._write(inner.start, path, home, ())
            case "text" if path in _NUMBERS:
                home.text = str(self._random.randint(0, 2**40))
            case "text":
                home.text = self._random.choice(["some text", "Größe <&> 'x' \"y\"", "0", " padded "])
            case "data":
                home.text = self._value(pattern)
            case _:
                self._all(pattern.parts, path, home, within)

    def _all(self, parts: tuple[Pattern, ...], path: str, home: Any, within: tuple[str, ...]) -> None:
        for part in parts:
            self._write(part, path, home, within)

    def _repeat(self, pattern: Pattern, path: str, home: Any, within: tuple[str, ...]) -> None:
        if pattern.kind == "oneOrMore":
            self._all(pattern.parts, path, home, within)
        for _ in range(1 if pattern.kind == "optional" else _MOST):
            before = self._new(pattern, path)
            if not before:
                break
            self._all(pattern.parts, path, home, within)
            if self._new(pattern, path) == before:
                break

    def _recursive(self, pattern: Pattern, within: tuple[str, ...]) -> bool:
        return (pattern.kind == "ref" and pattern.name in within) or any(
            self._recursive(part, within) for part in pattern.parts
        )

    def _choose(self, parts: tuple[Pattern, ...], path: str, within: tuple[str, ...]) -> Pattern:
        possible = [part for part in parts if not self._grammar.forbidden(part)]
        worth = [self._new(part, path) for part in possible]
        if best := max(worth):
            return self._random.choice([part for part, value in zip(possible, worth, strict=True) if value == best])
        return self._random.choice([part for part in possible if not self._recursive(part, within)] or possible)

    def _value(self, data: Pattern) -> str:
        limits = dict(data.limits)
        if data.text in _RANGES:
            lowest, highest = _RANGES[data.text]
            lowest = max(lowest, int(limits.get("minInclusive", lowest)))
            highest = min(highest, int(limits.get("maxInclusive", highest)))
            if "pattern" not in limits:
                near = self._random.randint(lowest, min(highest, max(lowest, 0) + 100))
                return str(self._random.choice([lowest, highest, near]))
            for _ in range(1000):
                text = self._strings.xeger(limits["pattern"])
                try:
                    if lowest <= int(text) <= highest:
                        return text
                except ValueError:
                    continue
            raise ValueError(f"no number between {lowest} and {highest} is spelled {limits['pattern']}")
        if "pattern" in limits:
            pattern = self._patterns.get(limits["pattern"], limits["pattern"])
            return _ILLEGAL.sub("_", self._strings.xeger(pattern))
        return {"dateTime": "2024-02-29T12:00:00", "double": "0.5", "anyURI": "http://example.org/"}.get(
            data.text, "name"
        )


def _qualified(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if colon else name


def places(xml: bytes) -> set[str]:
    """The paths in a document, each also with its value: what a pattern's targets are compared with."""
    found: set[str] = set()
    _places(etree.fromstring(xml), "", found)
    return found


def _places(element: Any, above: str, found: set[str]) -> None:
    name = etree.QName(element)
    if name.namespace and name.namespace not in PREFIXES:
        return  # somebody's own metadata
    path = f"{above}{f'{PREFIXES[name.namespace]}:' if name.namespace else ''}{name.localname}"
    found |= {path, f"{path}={element.text or ''}"}
    for key, value in element.attrib.items():
        found |= {f"{path}/@{key}", f"{path}/@{key}={value}"}
    for child in element.iterchildren("*"):
        _places(child, f"{path}/", found)

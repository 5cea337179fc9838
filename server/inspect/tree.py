"""One document as a tree for people."""

import re
from collections.abc import Iterator
from itertools import groupby

from rich.text import Text
from rich.tree import Tree

from schema.device import by_kind, summary
from schema.element import Document, value_at
from schema.sizes import size_text
from server.inspect.report import Report, Unknown, place

LONGEST = 200
"""Characters of an unknown piece or a difference; the rest is in the report for programs."""


def literal(text: str) -> str:
    """Text on one line, with characters that a terminal would act on or not show written as `\\x1b`."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def tree(report: Report) -> Tree:
    """The VM, its main facts, its devices kind by kind, what is unknown in it and whether it comes back."""
    root = Tree(_head(report), guide_style="dim")
    if facts := ", ".join(_facts(report.definition["domain"])):
        root.add(Text(literal(facts)))
    for kind, devices in groupby(report.devices(), key=lambda device: device["kind"]):
        branch = root.add(Text(by_kind(kind).tag, style="bold"))
        for device in devices:
            branch.add(_device(device))
    if report.unknown:
        branch = root.add(Text(f"not known to virtgraph, kept in `extra`: {len(report.unknown)}", style="yellow"))
        for piece in report.unknown:
            branch.add(_piece(piece))
    if report.difference is None:
        root.add(Text("the XML comes back exactly", style="green"))
    else:
        root.add(Text(f"the XML does not come back exactly: {_shortened(report.difference)}", style="red"))
    return root


def _head(report: Report) -> Text:
    name = literal(report.definition.get("name") or "(without a name)")
    rest = (report.definition["domain"].get("type"), report.definition.get("uuid"))
    facts = "".join(f"  {literal(part)}" for part in rest if part)
    return Text.assemble((name, "bold cyan"), facts, (f"  {literal(report.file)}", "dim"))


def _facts(domain: Document) -> Iterator[str]:
    """`4 GiB memory`, `2 of 4 vCPUs`, `x86_64 pc-q35-9.0`, `efi firmware`."""
    memory, now = domain.get("memory"), domain.get("currentMemory")
    whole, part = (size_text(size) or _as_written(size) for size in (memory, now))
    if whole:
        yield f"{part} of {whole} memory" if part and part != whole else f"{whole} memory"
    vcpus, current = value_at(domain, "vcpu.value"), value_at(domain, "vcpu.current")
    if vcpus is not None:
        count = vcpus if current in (None, vcpus) else f"{current} of {vcpus}"
        yield f"{count} vCPU{'' if vcpus == 1 else 's'}"
    machine = value_at(domain, "os.type.machine") or value_at(domain, "os.type.value")
    if words := [word for word in (value_at(domain, "os.type.arch"), machine) if word]:
        yield " ".join(words)
    firmware = (value_at(domain, "os.firmware"), value_at(domain, "os.loader.path"))
    if words := [word for word in firmware if word]:
        yield f"firmware {' '.join(words)}"


def _as_written(size: Document | None) -> str | None:
    return f"{size['value']} {size.get('unit', 'KiB')}" if size and "value" in size else None


def _device(device: Document) -> Text:
    line = Text(literal(summary(device)))
    if where := place(device):
        line.append(f"  {literal(where)}", "cyan")
    if "alias" in device:
        line.append(f"  {literal(device['alias'])}", "dim")
    return line


def _piece(piece: Unknown) -> Text:
    said = repr(piece.value) if piece.xml is None else re.sub(r">[ \t\r\n]+<", "><", piece.xml)
    return Text(f"{literal(piece.path)}: {_shortened(said)}")


def _shortened(text: str) -> str:
    rest = len(text) - LONGEST
    return literal(text) if rest <= 0 else f"{literal(text[:LONGEST])}… and {rest} more characters"

"""XML to document and back, beside xmltodict alone, which stands in the middle of ours.

Documents are those of libvirt's test suite where they lie beside the repository, otherwise the sample fleet's. Each
round times both, one after the other, and the ratio is taken within the round; the median of the rounds is printed.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import xmltodict
from rich.console import Console
from rich.progress import track
from rich.table import Table

import schema

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "libvirt" / "corpus" / "domain"
SAMPLE = ROOT / "server" / "sample" / "domains"


def _documents() -> tuple[str, list[bytes]]:
    folder = CORPUS if CORPUS.is_dir() else SAMPLE
    return folder.name, [path.read_bytes() for path in sorted(folder.glob("*.xml"))]


def _seconds(work: Callable[[Any], Any], items: Iterable[Any]) -> float:
    start = time.perf_counter()
    for item in items:
        work(item)
    return time.perf_counter() - start


def measure(rounds: int, *, quiet: bool = False) -> dict[str, Any]:
    """Documents a second of both, and `ratios`: our time divided by xmltodict's, for each direction."""
    name, xmls = _documents()
    definitions = [schema.domain_from_xml(xml) for xml in xmls]
    trees = [xmltodict.parse(xml, strip_whitespace=False) for xml in xmls]
    times: dict[str, list[tuple[float, float]]] = {"parse": [], "unparse": []}
    for _ in track(range(rounds), "codec", transient=True, disable=quiet):
        times["parse"].append(
            (
                _seconds(schema.domain_from_xml, xmls),
                _seconds(lambda xml: xmltodict.parse(xml, strip_whitespace=False), xmls),
            )
        )
        times["unparse"].append((_seconds(schema.domain_to_xml, definitions), _seconds(xmltodict.unparse, trees)))
    both = [tuple(map(sum, zip(*pair, strict=True))) for pair in zip(times["parse"], times["unparse"], strict=True)]
    times["both"] = both  # type: ignore[assignment]
    return {
        "documents": len(xmls),
        "from": name,
        "rounds": rounds,
        "documents_per_second": {
            way: {
                "virtgraph": len(xmls) / statistics.median(ours for ours, _ in pairs),
                "xmltodict": len(xmls) / statistics.median(theirs for _, theirs in pairs),
            }
            for way, pairs in times.items()
        },
        "ratios": {way: statistics.median(ours / theirs for ours, theirs in pairs) for way, pairs in times.items()},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or one JSON object with `--json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.codec", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="pairs of measurements (7)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    found = measure(options.rounds, quiet=options.json)
    if options.json:
        print(json.dumps(found))
        return
    table = Table("direction", "virtgraph docs/s", "xmltodict docs/s", "our time / xmltodict's")
    table.title = f"codec: {found['documents']} documents of {found['from']}, median of {found['rounds']} rounds"
    for way, rates in found["documents_per_second"].items():
        table.add_row(way, f"{rates['virtgraph']:.0f}", f"{rates['xmltodict']:.0f}", f"{found['ratios'][way]:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()

"""What a comparison found, as tables for a terminal and for a page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from bench.comparison.servers import OURS

_HEAD = ("server", "requests/s", "p50 ms", "p99 ms", "ours / theirs")
Rows = Sequence[Sequence[str]]


def parts(found: Mapping[str, Any]) -> Iterator[tuple[str, Rows]]:
    """The title and the rows of each workload."""
    for name, part in found.get("parts", {found["workload"]: found}).items():
        yield (
            f"{name}, {found['vms']:,} VMs",
            [
                (
                    server,
                    f"{one['rps']:,.1f}",
                    f"{one['p50']:,.0f}",
                    f"{one['p99']:,.0f}",
                    "" if server == OURS else f"{part['ratios'][server]:.2f}",
                )
                for server, one in part["servers"].items()
            ],
        )


def notes(found: Mapping[str, Any]) -> Iterator[str]:
    """What was measured besides, a sentence each."""
    if "in_process_ratio" in found:
        yield (
            f"In process, without HTTP, the tree query takes {found['in_process_ratio']:.2f} times as long as the same "
            "answer written by hand from MongoDB's raw batches."
        )
    for name, growth in found.get("growth", {}).items():
        small, large = found["growth_vms"]
        at_small, at_large = growth["vms_found"]
        yield (
            f"{name}: the mean time for {at_large} VMs of {large:,} is {growth['same_filter']:.2f} times that for the "
            f"{at_small} that the same filter finds of {small:,}."
        )
        if growth["as_many_vms"]:
            yield f"{name}: it is {growth['as_many_vms']:.2f} times that for {at_large} of {small:,}."


def tables(found: Mapping[str, Any]) -> Iterator[Table | str]:
    """Tables for a terminal, and sentences."""
    for title, rows in parts(found):
        table = Table(_HEAD[0], title=title)
        for name in _HEAD[1:]:
            table.add_column(name, justify="right")
        for row in rows:
            table.add_row(*row)
        yield table
    yield from notes(found)


def markdown(found: Mapping[str, Any]) -> str:
    """The same for a page."""
    lines: list[str] = []
    for title, rows in parts(found):
        lines += ["", f"## {title}", "", f"| {' | '.join(_HEAD)} |", "|---|---:|---:|---:|---:|"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    for note in notes(found):
        lines += ["", note]
    return "\n".join(lines)

"""The command from its arguments to its exit status."""

import io
import json
import sys
from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from server.inspect.bar import Bar
from server.inspect.reading import Unreadable, content, listed
from server.inspect.report import Report, report
from server.inspect.tree import literal, tree

MANY = 10
"""More documents than these are shown only where there is something to say about them."""

_UNBROKEN = 100_000
"""Columns of output that is no terminal: one line for each thing, for programs that read lines."""


def run(given: Sequence[str], *, every: bool, as_json: bool, errors: Console) -> int:
    """Show what the arguments name; returns 0 when everything was read and comes back exactly, 1 otherwise."""
    out = _output()
    files, nowhere = listed(given)
    tally = Counter(documents=len(files) + len(nowhere))
    every = every or as_json or len(files) <= MANY
    for unreadable in nowhere:
        complain(unreadable, errors)
    with Bar(len(files), errors) as bar:
        for file in files:
            try:
                found = report(file, content(file))
            except Unreadable as unreadable:
                complain(unreadable, errors)
            else:
                tally.update(read=1, exact=found.exact, unknown=bool(found.unknown))
                if every or not found.unremarkable:
                    with bar.aside(out):
                        _show(found, as_json=as_json, out=out)
                        if len(files) > 1 and not as_json:
                            out.print()
            bar.advance()
    if tally["documents"] > 1:
        _print_summary(tally, errors if as_json else out)
    return 0 if tally["exact"] == tally["documents"] else 1


def _output() -> Console:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # the locale may not have every character of a name
    out = Console()
    if not out.is_terminal:
        out.width = _UNBROKEN
    return out


def complain(unreadable: Unreadable, errors: Console) -> None:
    """Say in one line what could not be read."""
    errors.print(literal(str(unreadable)), highlight=False, markup=False, emoji=False, soft_wrap=True)


def _show(found: Report, *, as_json: bool, out: Console) -> None:
    if as_json:
        out.out(json.dumps(found.as_json()), highlight=False)
    else:
        out.print(tree(found))


def _print_summary(tally: Counter[str], to: Console) -> None:
    to.print(
        f"{tally['documents']} documents, exact {tally['exact']}, with unknown pieces {tally['unknown']}, "
        f"unreadable {tally['documents'] - tally['read']}",
        highlight=False,
        soft_wrap=True,
    )

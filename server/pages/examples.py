"""The saved example queries: one `.graphql` file each, the first line a comment with the title."""

from dataclasses import dataclass
from pathlib import Path

DIRECTORY = Path(__file__).parent / "examples"
FIRST = "device-tree"


@dataclass(frozen=True, slots=True)
class Example:
    """One saved query. `name` is the file's name without its ending."""

    name: str
    title: str
    query: str


def examples() -> list[Example]:
    """Every saved query, the device tree first, then by name.

    Raises ValueError for a file whose first line is not a comment.
    """
    found = [_read(path) for path in DIRECTORY.glob("*.graphql")]
    return sorted(found, key=lambda example: (example.name != FIRST, example.name))


def _read(path: Path) -> Example:
    text = path.read_text(encoding="utf-8")
    first, _, _ = text.partition("\n")
    if not first.startswith("# "):
        raise ValueError(f"{path.name}: the first line must be a comment with the title.")
    return Example(name=path.stem, title=first.removeprefix("# ").strip(), query=text)

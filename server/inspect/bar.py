"""How far the command is."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, TaskID


class Bar:
    """A bar on a terminal that is gone at the end; nothing elsewhere or for a single file."""

    def __init__(self, total: int, console: Console) -> None:
        self._progress: Progress | None = None
        if total > 1 and console.is_interactive:
            self._progress = Progress(console=console, transient=True, redirect_stdout=False)
            self._progress.add_task("Inspecting", total=total)

    def __enter__(self) -> "Bar":
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def advance(self) -> None:
        """One file is done."""
        if self._progress is not None:
            self._progress.advance(TaskID(0))

    @contextmanager
    def aside(self, out: Console) -> Iterator[None]:
        """Take the bar away while `out`, which may be the same terminal, is written to."""
        if self._progress is None or not out.is_terminal:
            yield
            return
        self._progress.stop()
        yield
        self._progress.start()

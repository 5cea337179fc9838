"""Where the XML comes from: files, directories of them, standard input."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from schema.xmltext import LARGEST

STANDARD_INPUT = "-"


class Unreadable(Exception):
    """A file or directory that cannot be taken in; the message says which and why."""

    def __init__(self, file: str, reason: object) -> None:
        super().__init__(f"{shown_name(file)}: {reason}")


def shown_name(file: str) -> str:
    """How a file is called; bytes that are not UTF-8 are written as `\\xff`."""
    return "standard input" if file == STANDARD_INPUT else os.fsencode(file).decode("utf-8", "backslashreplace")


def listed(given: Sequence[str]) -> tuple[list[str], list[Unreadable]]:
    """The files that arguments lead to, in their order, and the arguments that lead nowhere.

    A directory stands for the `*.xml` in it that are not hidden, by name; standard input counts once.
    """
    files: list[str] = []
    nowhere: list[Unreadable] = []
    for each in given:
        try:
            if each == STANDARD_INPUT:
                files += [each] if each not in files else []
            elif Path(each).is_dir():
                files += _documents_in(each)
            else:
                files.append(each)
        except OSError as error:
            nowhere.append(Unreadable(each, _reason(error)))
        except Unreadable as error:
            nowhere.append(error)
    return files, nowhere


def _documents_in(directory: str) -> list[str]:
    names = sorted(os.listdir(directory))  # noqa: PTH208 - pathlib would make ./- into -
    paths = [os.path.join(directory, name) for name in names if name.endswith(".xml") and name[0] != "."]  # noqa: PTH118
    if not (found := [path for path in paths if Path(path).is_file()]):
        raise Unreadable(directory, "the directory holds no *.xml file.")
    return found


def content(file: str) -> bytes:
    """The bytes of a file or of standard input, no more than are needed to refuse it; raises Unreadable."""
    if file == STANDARD_INPUT and sys.stdin is None:
        raise Unreadable(file, "it is closed.")
    try:
        if file == STANDARD_INPUT:
            xml = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(file).open("rb") as opened:
                xml = opened.read(LARGEST + 1)
    except OSError as error:
        raise Unreadable(file, _reason(error)) from None
    if not xml.strip():
        raise Unreadable(file, "there is no XML in it.")
    return xml


def _reason(error: OSError) -> str:
    return f"{error.strerror or error}."

"""How single values are spelled in XML, and the GraphQL scalars that carry them.

A spelling turns the text of an attribute or element into a value and back. `read` raises `ValueError` for text that
it does not know; the codec then keeps the text as it is.
"""

import re
import types
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from math import isfinite
from typing import Annotated, Any, NewType, Protocol, Union, get_args, get_origin

import strawberry

Long = NewType("Long", int)
"""An integer that may exceed 32 bits: libvirt's unsignedLong. Outside of 64 bits signed it is kept as its digits."""

NumberOrText = NewType("NumberOrText", object)
"""A number, or text that stands for one."""

Json = NewType("Json", object)
"""Any value that is stored: part of a document, as JSON."""

_SAFE_INTEGER = 2**53 - 1
_INT32 = range(-(2**31), 2**31)
_INT64 = range(-(2**63), 2**63)
_DECIMAL = re.compile(r"[+-]?[0-9]+", re.ASCII)
_REAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_HEXADECIMAL = re.compile(r"(?:0[xX])?[0-9a-fA-F]+", re.ASCII)
_PREFIXED = re.compile(r"0[xX][0-9a-fA-F]+", re.ASCII)
_VARIABLE = re.compile(r"\$ *[a-zA-Z0-9_]+(\[ *@?[0-9]+ *\])? *", re.ASCII)


def _long_out(value: Any) -> int | str:
    number = int(value)
    return number if abs(number) <= _SAFE_INTEGER else str(number)


def _long_in(value: Any) -> int:
    known = _DECIMAL.fullmatch(value) if isinstance(value, str) else type(value) is int
    if not known:
        raise ValueError(f"Long cannot represent {value!r}")
    return int(value)


LONG = strawberry.scalar(
    name="Long",
    description="An integer of up to 64 bits: a JSON number up to 2^53 - 1, beyond that a string of its digits.",
    serialize=_long_out,
    parse_value=_long_in,
)


def _number_or_text_out(value: Any) -> int | str:
    return value if isinstance(value, str) else _long_out(value)


def _number_or_text_in(value: Any) -> int | str:
    if isinstance(value, str) or type(value) is int:
        return value
    raise ValueError(f"NumberOrText cannot represent {value!r}")


NUMBER_OR_TEXT = strawberry.scalar(
    name="NumberOrText",
    description="A JSON number, or a string where text stands for one: a variable such as `$PORT`, or a word.",
    serialize=_number_or_text_out,
    parse_value=_number_or_text_in,
)


def _date_time_in(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"DateTime cannot represent {value!r}") from None


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="A point in time as ISO 8601 writes it, such as `2025-05-06T07:08:09.123000+00:00`; one that is given "
    "without an offset is in UTC.",
    serialize=datetime.isoformat,
    parse_value=_date_time_in,
)


def _json_out(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json_out(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_json_out(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return _long_out(value) if type(value) is not bool and isinstance(value, int) else value


JSON = strawberry.scalar(
    name="JSON",
    description="Any JSON value, as documents hold it: keys are names of fields, words of enums are libvirt's, and "
    "whole numbers beyond 2^53 - 1 are strings of their digits.",
    serialize=_json_out,
    parse_value=lambda value: value,
)


class Spelling(Protocol):
    """Text to value and back."""

    def read(self, text: str) -> Any:
        """The value that the text spells; raises ValueError when it spells none."""

    def write(self, value: Any) -> str:
        """The canonical text of a value; raises ValueError when the value is not of this kind."""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text that is its own value."""

    def read(self, text: str) -> str:  # noqa: D102
        return text

    def write(self, value: Any) -> str:  # noqa: D102
        if not isinstance(value, str):
            raise ValueError(f"{value!r} is not a string")
        return value


@dataclass(frozen=True, slots=True)
class Boolean:
    """One of two words."""

    yes: str
    no: str

    def read(self, text: str) -> bool:  # noqa: D102
        if text == self.yes:
            return True
        if text == self.no:
            return False
        raise ValueError(f"{text!r} is neither {self.yes!r} nor {self.no!r}")

    def write(self, value: Any) -> str:  # noqa: D102
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is not a boolean")
        return self.yes if value else self.no


@dataclass(frozen=True, slots=True)
class LooseBoolean(Boolean):
    """One of two words, in capitals or not, or any other way to say yes or no."""

    def read(self, text: str) -> bool:  # noqa: D102
        word = text.lower()
        if word in (self.yes, "true", "yes", "1"):
            return True
        return Boolean.read(self, self.no if word in ("false", "no", "0") else word)


@dataclass(frozen=True, slots=True)
class Integer:
    """A number; `digits` is the width of its canonical hexadecimal form, 0 for decimal.

    Numbers with a hexadecimal form, and decimal ones that are `based`, are read as libvirt reads them (C's base 0):
    `0x0a`, `012` (octal), `10`; digits that only make sense in base 16 (`0a`) are taken as such. `bits` bounds the
    number; a 64-bit one that does not fit MongoDB's int64 is kept as its decimal digits.
    """

    digits: int = 0
    bits: int = 32
    based: bool = False

    def read(self, text: str) -> int | str:  # noqa: D102
        number = self._number(text.strip())
        if self.bits == 64:
            return number if number in _INT64 else str(number)
        if number not in _INT32:
            raise ValueError(f"{text!r} exceeds 32 bits")
        return number

    def _number(self, text: str) -> int:
        if text.isdecimal() and text.isascii() and (text[0] != "0" or text == "0"):
            return int(text)  # nearly all numbers, and the same in every notation
        if not self.digits and not self.based:
            if not _DECIMAL.fullmatch(text):
                raise ValueError(f"{text!r} is not a decimal number")
            return int(text)
        if not _HEXADECIMAL.fullmatch(text):
            raise ValueError(f"{text!r} is not a number")
        if text[:2] in ("0x", "0X"):
            return int(text, 16)
        if text[0] == "0" and text.strip("01234567") == "":
            return int(text, 8)
        return int(text, 10 if text.isdigit() else 16)

    def write(self, value: Any) -> str:  # noqa: D102
        if isinstance(value, str) and self.bits == 64 and _DECIMAL.fullmatch(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{value!r} is not a number")
        return f"{value:#0{self.digits + 2}x}" if self.digits else str(value)


@dataclass(frozen=True, slots=True)
class Hexadecimal(Integer):
    """A number that libvirt reads in base 16 even without `0x` in front: `3000` is `0x3000`."""

    def _number(self, text: str) -> int:
        if not _HEXADECIMAL.fullmatch(text):
            raise ValueError(f"{text!r} is not a hexadecimal number")
        return int(text, 16)


@dataclass(frozen=True, slots=True)
class NumberOrAny(Integer):
    """A number, or `-1` that stands for any."""

    def read(self, text: str) -> int | str:  # noqa: D102
        return -1 if text.strip() == "-1" else Integer.read(self, text)

    def write(self, value: Any) -> str:  # noqa: D102
        return "-1" if value == -1 else Integer.write(self, value)


@dataclass(frozen=True, slots=True)
class Real:
    """A number that may have a fraction: `1.5`; a whole one is written without."""

    def read(self, text: str) -> float:  # noqa: D102
        if not _REAL.fullmatch(text.strip()) or not isfinite(number := float(text)):
            raise ValueError(f"{text!r} is not a number")
        return number

    def write(self, value: Any) -> str:  # noqa: D102
        if type(value) is int:
            return str(value)
        if not isinstance(value, float) or not isfinite(value):
            raise ValueError(f"{value!r} is not a number")
        return repr(value).removesuffix(".0")


@dataclass(frozen=True, slots=True)
class NumberOrWord(Integer):
    """A number, decimal or after `0x`, or text for one: a variable of a network filter, or a word in any case.

    `words` are in small letters.
    """

    words: tuple[str, ...] = ()

    def _text(self, text: str) -> bool:
        return _VARIABLE.fullmatch(text) is not None or text.lower() in self.words

    def read(self, text: str) -> int | str:  # noqa: D102
        return text if self._text(text) else Integer.read(self, text)

    def _number(self, text: str) -> int:
        return int(text, 16) if _PREFIXED.fullmatch(text) else Integer._number(self, text)

    def write(self, value: Any) -> str:  # noqa: D102
        return value if isinstance(value, str) and self._text(value) else Integer.write(self, value)


@dataclass(frozen=True, slots=True)
class Word:
    """One of the words of an enum, in the order of their declaration; stored as libvirt writes it."""

    words: tuple[str, ...]

    def read(self, text: str) -> str:  # noqa: D102
        if text not in self.words:
            raise ValueError(f"{text!r} is not one of {', '.join(self.words)}")
        return text

    def write(self, value: Any) -> str:  # noqa: D102
        if not isinstance(value, str):
            raise ValueError(f"{value!r} is not a word")
        return self.read(value)


YesNo = Annotated[bool, Boolean("yes", "no")]
OnOff = Annotated[bool, Boolean("on", "off")]
OneZero = Annotated[bool, Boolean("1", "0")]
TrueFalse = Annotated[bool, LooseBoolean("true", "false")]
AnyBase = Annotated[int, Integer(based=True)]
Hex1 = Annotated[int, Integer(1)]
Hex2 = Annotated[int, Integer(2)]
Hex4 = Annotated[int, Integer(4)]
Hex6 = Annotated[int, Integer(6)]
LongAnyBase = Annotated[Long, Integer(bits=64, based=True)]
LongHex = Annotated[Long, Integer(1, bits=64)]
LongHex4 = Annotated[Long, Integer(4, bits=64)]
LongHex8 = Annotated[Long, Integer(8, bits=64)]
BareHex1 = Annotated[int, Hexadecimal(1)]
BareHex4 = Annotated[int, Hexadecimal(4)]
LongBareHex = Annotated[Long, Hexadecimal(1, bits=64)]
LongBareHex4 = Annotated[Long, Hexadecimal(4, bits=64)]
LongBareHex8 = Annotated[Long, Hexadecimal(8, bits=64)]
HexOrAny2 = Annotated[int, NumberOrAny(2)]
HexOrAny4 = Annotated[int, NumberOrAny(4)]
NumberOrVariable = Annotated[NumberOrText, NumberOrWord(bits=64)]

_PLAIN: dict[Any, Spelling] = {str: Verbatim(), int: Integer(), Long: Integer(bits=64), float: Real()}


def bare(annotation: Any) -> Any:
    """The annotation without `| None` and without the list around it: `list[Seclabel] | None` → `Seclabel`."""
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = (part for part in get_args(annotation) if part is not type(None))
    return get_args(annotation)[0] if get_origin(annotation) is list else annotation


def spelling_of(annotation: Any) -> Spelling:
    """How a field of this type is spelled; raises TypeError for a type that does not say."""
    annotation = bare(annotation)
    if get_origin(annotation) is Annotated:
        return next(part for part in get_args(annotation)[1:] if hasattr(part, "read"))  # type: ignore[no-any-return]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Word(tuple(str(member.value) for member in annotation))
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    raise TypeError(f"{annotation!r} has no spelling: use str, int, Long, float, an enum, YesNo, OnOff or a Hex type")


def words(enum: type[Enum]) -> type[Enum]:
    """Class decorator for an enum of libvirt words, its docstring as description."""
    return strawberry.enum(enum, description=(enum.__doc__ or "").strip())


def word(value: str, description: str, *, since: str | None = None) -> Any:
    """One value of an enum: libvirt's word, what it means and the libvirt release that brought it."""
    release = f"; since libvirt {since}" if since else ""
    return strawberry.enum_value(value, description=f"{description} (`{value}`{release}).")


def same_word(member: Enum) -> Any:
    """A value that another enum has too, told in the same words."""
    values = type(member).__strawberry_definition__.values  # type: ignore[attr-defined]
    told = next(value.description for value in values if value.name == member.name)
    return strawberry.enum_value(member.value, description=told)

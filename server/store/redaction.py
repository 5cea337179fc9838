"""Addresses as they may be shown: without what lets one in."""

import re
from urllib.parse import unquote_plus

_SECRET_OPTION = re.compile(
    r"([?&;][^=&;]*(?:password|token|secret|authmechanismproperties)[^=&;]*=)[^&;]*", re.IGNORECASE
)


def _split(uri: str) -> tuple[str, str, str]:
    """Scheme with `://`, user information, the rest; tolerant of passwords whose `/`, `?` or `@` is not escaped."""
    scheme, separator, rest = uri.partition("://")
    if not separator:
        scheme, rest = "", uri
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        end = authority.rindex("@")
        if ":" in rest[:end] or "@" not in rest[len(authority) :]:
            return scheme + separator, rest[:end], rest[end + 1 :]
    elif re.search(r":(?!\d*(?:,|$))", authority) and not authority.startswith("[") and "@" in rest:
        end = rest.rindex("@")
        return scheme + separator, rest[:end], rest[end + 1 :]
    return scheme + separator, "", rest


def without_password(uri: str) -> str:
    """The address with the user's name but neither the password nor secret options."""
    scheme, user_information, rest = _split(uri)
    user = user_information.partition(":")[0]
    return scheme + (f"{user}@" if user else "") + _SECRET_OPTION.sub(r"\1***", rest)


def without_password_of(uri: str, message: str) -> str:
    """A driver's message about an address, with the password of that address struck out wherever it is repeated."""
    password = _split(uri)[1].partition(":")[2]
    for secret in {password, unquote_plus(password)} - {""}:
        message = message.replace(secret, "***")
    return message.replace(uri, without_password(uri))

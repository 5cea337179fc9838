"""Texts from clients that no document can hold."""


def storable(text: str) -> bool:
    """Whether MongoDB can store the text: JSON lets half a surrogate pair through, and UTF-8 does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

"""Reading a page for what it must not say."""

import re

# What protects a form, identifies an act or opens a link: 32 signs and more without a space.
TOKEN = re.compile(r"[\w.-]{32,}")


def without_tokens(page: str) -> str:
    """Return the text without its random parts, in which a short name may stand by chance.

    Three letters are found in one of some thousand CSRF tokens, three of a to f in one of a
    hundred UUIDs: who asserts that a short word is absent asks here, or does not ask for a word
    that short.
    """
    return TOKEN.sub("", page)

"""What a line of the log must not hold: a token in an address opens what it leads to."""

import logging
import re

# Paths of which one part is a token: a signer's link, a copy to download, a certificate,
# a link that confirms a request.
TOKENS = re.compile(
    r"/(d|hooks/sources|sources/task|requests/copy|requests/confirm|certificates)/[^/\s]+"
)


class HideTokens(logging.Filter):
    """Write "…" where a token stands."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record's words, and let it pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(one) for one in record.args)
        record.msg = _hidden(record.msg)
        return True


def _hidden(one: object) -> object:
    return TOKENS.sub(r"/\1/…", one) if isinstance(one, str) else one

"""Replies that begin with a number, as SMTP, LMTP and FTP give them (RFC 5321 section 4.2, RFC 959 section 4.2)."""

import re
from collections.abc import Generator

from probe.facts.noun import noun
from probe.protocols.scripted import Line

FIRST = re.compile(rb"([1-5]\d\d)(?:([ -])(.*))?\Z", re.DOTALL)
UNKNOWN = frozenset({500, 502, 504})
"""Not understood, not implemented, not with this parameter: the peer does not have what was asked for (RFC 5321 section 4.2.3, RFC 959 section 4.2.1)."""


@noun
class Reply:
    """The number, and the texts of all lines without it."""

    code: int
    texts: tuple[bytes, ...]

    @property
    def answer(self) -> bytes:
        """Number and last text, as a person reads it."""
        return b"%d %s" % (self.code, self.texts[-1])


def reply() -> Generator[Line, bytes, Reply | None]:
    """Read one reply of one or more lines; ``None`` when its first line is none."""
    found = FIRST.match((yield Line()))
    if found is None:
        return None
    number, texts = found[1], [found[3] or b""]
    more = found[2] == b"-"
    while more:
        line = yield Line()
        # FTP lets lines between stand without the number, SMTP repeats it.
        mine = line.startswith(number) and line[3:4] in (b" ", b"-", b"")
        texts.append(line[4:] if mine else line.strip())
        more = not mine or line[3:4] == b"-"
    return Reply(code=int(number), texts=tuple(texts))

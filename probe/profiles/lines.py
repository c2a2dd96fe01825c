"""Where in a TOML document each key stands: the parser of the standard library does not say, and a complaint without a line helps nobody."""

Place = tuple[str | int, ...]
_DEEPEST = 32


def lines(text: str) -> dict[Place, int]:
    """Give for each key, table and list entry of a valid TOML 1.0 document its line, counted from 1. For an invalid one the answer is only a good guess."""
    return _Scan(text).run()


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Place, int] = {}
        self.counts: dict[Place, int] = {}
        self.table: Place = ()

    def run(self) -> dict[Place, int]:
        while self._skip(" \t\r\n"):
            if self._now() == "[":
                self._header()
            else:
                self._pair(self.table, 0)
            self._to_line_end()
        return self.found

    def _now(self) -> str:
        return self.text[self.at : self.at + 1]

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _note(self, place: Place) -> None:
        for length in range(1, len(place) + 1):
            self.found.setdefault(place[:length], self._line())

    def _skip(self, signs: str) -> bool:
        """Pass over these signs and comments; false at the end of the text."""
        while self.at < len(self.text):
            if self._now() == "#":
                self._to_line_end()
            elif self._now() in signs:
                self.at += 1
            else:
                return True
        return False

    def _to_line_end(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def _header(self) -> None:
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        path = self._resolved(self._key())
        if many:
            number = self.counts.get(path, 0)
            self.counts[path] = number + 1
            path = (*path, number)
        self.table = path
        self._note(path)

    def _resolved(self, key: tuple[str, ...]) -> Place:
        """A header speaks of the last entry of each list of tables on its way."""
        path: Place = ()
        for number, part in enumerate(key):
            path = (*path, part)
            if path in self.counts and number < len(key) - 1:
                path = (*path, self.counts[path] - 1)
        return path

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self._skip_blank()
            if self._now() in ("'", '"'):
                parts.append(self._string())
            else:
                begin = self.at
                while self._now() and (self._now().isalnum() or self._now() in "-_"):
                    self.at += 1
                parts.append(self.text[begin : self.at])
            self._skip_blank()
            if self._now() != ".":
                return tuple(parts)
            self.at += 1

    def _skip_blank(self) -> None:
        while self._now() in (" ", "\t") and self._now():
            self.at += 1

    def _string(self) -> str:
        """Pass over a string of any of the four kinds and give its content, escapes left as they are."""
        quote = self._now()
        long = self.text.startswith(quote * 3, self.at)
        end = quote * 3 if long else quote
        self.at += len(end)
        begin = self.at
        while self.at < len(self.text) and not self.text.startswith(end, self.at):
            self.at += 2 if quote == '"' and self._now() == "\\" else 1
        content = self.text[begin : self.at]
        self.at += len(end)
        while long and self._now() == quote:
            self.at += 1
        return content

    def _pair(self, table: Place, depth: int) -> None:
        place = (*table, *self._key())
        self._note(place)
        self._skip_blank()
        if self._now() == "=":
            self.at += 1
        self._skip_blank()
        self._value(place, depth)

    def _value(self, place: Place, depth: int) -> None:
        if depth > _DEEPEST:
            self.at = len(self.text)
        elif self._now() in ("'", '"'):
            self._string()
        elif self._now() == "[":
            self._list(place, depth)
        elif self._now() == "{":
            self._inline(place, depth)
        else:
            while self._now() and self._now() not in ",]}#\n":
                self.at += 1

    def _list(self, place: Place, depth: int) -> None:
        self.at += 1
        number = 0
        while self._skip(" \t\r\n,") and self._now() != "]":
            self._note((*place, number))
            before = self.at
            self._value((*place, number), depth + 1)
            self.at += self.at == before
            number += 1
        self.at += 1

    def _inline(self, place: Place, depth: int) -> None:
        self.at += 1
        while self._skip(" \t\r\n,") and self._now() != "}":
            before = self.at
            self._pair(place, depth + 1)
            self.at += self.at == before
        self.at += 1

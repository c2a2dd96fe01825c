"""Lines of a given width from visible text, counted in the columns of a terminal."""

from probe.render.visible import cells

_SEAMS = "-.,/=:;@_)]"


def wrap(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """Break ``text`` into lines of at most ``width`` columns, the first one led by ``first``, all others by ``rest`` (default: as many spaces).

    ``text`` is one visible line. Words that are too long are broken, after punctuation where there is some. Always at least one line; no trailing space.
    """
    lead = " " * cells(first) if rest is None else rest
    lines: list[str] = []
    line, room = first, max(width - cells(first), 8)
    free, empty = room, True
    for word in text.split(" "):
        left = word
        while left:
            needed = cells(left) + (0 if empty else 1)
            if needed <= free:
                line += left if empty else f" {left}"
                free -= needed
                empty, left = False, ""
                continue
            if empty:
                head, left = _split(left, free)
                line += head
            lines.append(line.rstrip())
            room = max(width - cells(lead), 8)
            line, free, empty = lead, room, True
    if not empty or not lines:
        lines.append(line.rstrip())
    return lines


def fit(text: str, width: int, count: int = 1) -> list[str]:
    """Wrap ``text`` into at most ``count`` lines of ``width`` columns; the last one ends in an ellipsis when something is left out."""
    lines = wrap(text, width)
    if len(lines) <= count:
        return lines
    last = lines[count - 1]
    while cells(last) > width - 3:
        last = last[:-1]
    return [*lines[: count - 1], f"{last.rstrip()}..."]


def _split(word: str, room: int) -> tuple[str, str]:
    """Break one word so that its head fits into ``room`` columns (at least one character, so that it ends)."""
    end = taken = 0
    for end, one in enumerate(word):  # noqa: B007
        taken += cells(one)
        if taken > room:
            break
    end = max(end, 1)
    for cut in range(end, max(end - room // 3, 1), -1):
        if word[cut - 1] in _SEAMS:
            end = cut
            break
    # A combining mark stays with its base.
    while end < len(word) and cells(word[end]) == 0:
        end += 1
    return word[:end], word[end:]

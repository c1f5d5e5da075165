"""Checking the five fields of a cron line before the scheduler sees it.

The scheduler (Celery beat) reads the line itself; this only makes sure, where file and line are
still known, that it will. A range may run over the end (`22-4`), as Celery allows. Times are UTC.
"""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)


def checked_cron(text: str) -> str:
    """The cron line with single spaces; ValueError says which field is wrong and why."""
    words = text.lower().split()
    if len(words) != len(_FIELDS):
        names = ", ".join(field[0] for field in _FIELDS)
        raise ValueError(f"{len(words)} fields instead of {len(_FIELDS)} ({names})")
    values = [
        _expand(word, name, low, high, names)
        for word, (name, low, high, names) in zip(words, _FIELDS, strict=True)
    ]
    days, months = values[2], values[3]
    if min(days) > max(_LONGEST[month - 1] for month in months):
        raise ValueError(f"day {min(days)}, which none of the months has")
    return " ".join(words)


def _expand(word: str, name: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for part in word.split(","):
        span, slash, step = part.partition("/")
        values = _span(span, name, low, high, names)
        if not slash:
            found.update(values)
            continue
        if not (_is_number(step) and int(step) > 0) or (span != "*" and "-" not in span):
            raise ValueError(f"{part!r} as {name}")
        found.update(values[:: int(step)])
    return frozenset(found)


def _span(span: str, name: str, low: int, high: int, names: tuple[str, ...]) -> list[int]:
    if span == "*":
        return list(range(low, high + 1))
    first, dash, last = span.partition("-")
    start = _number(first, name, low, high, names)
    if not dash:
        return [start]
    stop = _number(last, name, low, high, names)
    if start <= stop:
        return list(range(start, stop + 1))
    return [*range(start, high + 1), *range(low, stop + 1)]


def _number(word: str, name: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if word in names:
        return names.index(word) + low
    if not _is_number(word) or not low <= int(word) <= high:
        raise ValueError(f"{word!r} as {name} ({low}-{high})")
    return int(word)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()

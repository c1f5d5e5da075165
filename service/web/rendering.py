"""Templates to HTML: escaped always, and a name that a template gets wrong is an error."""

import math
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from service.web.addresses import part
from service.web.assets import address_of
from service.web.navigation import items_for
from service.web.scales import offset_words
from service.web.visitor import Visitor, theme_of

LONGEST_SHOWN = 120
MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of Unicode that show nothing, or turn what stands beside them round."""


@cache
def environment() -> Environment:
    """The templates of this package."""
    made = Environment(
        loader=PackageLoader("service.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(asset=address_of)
    made.filters.update(
        shown=shown, stamp=stamp, short=short, lasting=lasting, count=count, ago_s=ago_s
    )
    made.filters.update(
        moment=datetime.fromisoformat,
        clocktime=clocktime,
        precise=precise,
        exact=exact,
        offset=offset_words,
        part=part,
    )
    return made


def render(
    request: Request,
    template: str,
    values: Mapping[str, object],
    *,
    visitor: Visitor | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    """A page.

    Args:
        request: whose answer it is.
        template: its file.
        values: what the template names.
        visitor: who looks; None: somebody who is not signed in.
        status: of the answer.
    """
    path = request.url.path
    told = {
        "visitor": visitor,
        "theme": theme_of(request),
        "here": path if not request.url.query else f"{path}?{request.url.query}",
        "navigation": [] if visitor is None else items_for(visitor, path),
        "clock": None if visitor is None else visitor.now,
        "live": None,
        **values,
    }
    return HTMLResponse(environment().get_template(template).render(told), status)


# -- filters -----------------------------------------------------------------------------------


def shown(text: object, longest: int = LONGEST_SHOWN) -> str:
    """What somebody else named: what cannot be seen is spelt out, what is too long is cut."""
    told = str(text)
    cut = told[:longest] + ("…" if len(told) > longest else "")
    return "".join(_seen(letter) for letter in cut)


def _seen(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if unicodedata.category(letter) in UNSEEN else letter


def exact(text: object) -> str:
    """What is sent, to the letter, with its lines; only what cannot be seen is spelt out."""
    return "".join(one if one in "\n\t" else _seen(one) for one in str(text))


def clocktime(moment: datetime) -> str:
    """The time of a day that stands elsewhere."""
    return moment.astimezone(UTC).strftime("%H:%M:%S")


def stamp(moment: datetime) -> str:
    """RFC 3339 UTC, seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def short(moment: datetime) -> str:
    """The same for people: 2026-11-22 19:04 UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def precise(moment: datetime) -> str:
    """The same to the second, where things follow each other quickly."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def ago_s(moment: datetime, now: datetime) -> float:
    """Seconds from a moment to now, 0 for one that is still to come."""
    return max(0.0, (now - moment).total_seconds())


def lasting(seconds: float) -> str:
    """A length of time in its two largest units: 2 d 4 h, 5 min 3 s, 12 s."""
    whole = math.floor(abs(seconds))
    units = ((int(DAY_S), "d"), (int(HOUR_S), "h"), (int(MINUTE_S), "min"), (1, "s"))
    parts = []
    for size, name in units:
        amount, whole = divmod(whole, size)
        parts.append((amount, name))
    first = next((at for at, (amount, _) in enumerate(parts) if amount), len(parts) - 1)
    told = [f"{amount} {name}" for amount, name in parts[first : first + 2] if amount]
    return " ".join(told) or "0 s"


def count(number: int) -> str:
    """A number with thin spaces between thousands, as it reads in any country."""
    return f"{number:,}".replace(",", "\u202f")

"""A device as a register has it, before anybody decides whether it is a controller of ours."""

import re
from dataclasses import dataclass

from service.domain.observation import Platform

_MODELS = (
    (re.compile(r"9800"), Platform.IOSXE),
    (re.compile(r"(?:CT|WLC|^)-?(?:2504|3504|5508|5520|7510|8510|8540)|vWLC"), Platform.AIREOS),
)
"""What the models of the two families are called: product numbers such as C9800-40-K9 and
AIR-CT5520-K9, or what people make of them."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a register says of one device.

    Attributes:
        name, address: empty where it has none; the address is without its prefix.
        model, platform: as the register spells them; empty where it says nothing.
        site: a short name; None: none.
        timezone: of the site, an IANA name; None: the register has none.
    """

    name: str
    address: str
    model: str
    platform: str
    site: str | None = None
    timezone: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def family(self) -> Platform | None:
        """Which of our two families its model belongs to; None: neither."""
        return next((family for form, family in _MODELS if form.search(self.model)), None)

"""Hardware of the models: product ids, object ids, limits.

Source: device facts, section 3 (CISCO-PRODUCTS-MIB); limits from the data sheets.
"""

from dataclasses import dataclass

PRODUCTS = "1.3.6.1.4.1.9.1."


@dataclass(frozen=True, slots=True)
class Model:
    """One model."""

    pid: str
    product: int  # under ciscoProducts
    most_aps: int
    described: str

    @property
    def object_id(self) -> str:
        """sysObjectID, dotted."""
        return f"{PRODUCTS}{self.product}"


MODELS = {
    "2504": Model("AIR-CT2504-K9", 1279, 75, "Cisco 2500 Series Wireless LAN Controller"),
    "3504": Model("AIR-CT3504-K9", 2427, 150, "Cisco 3504 Wireless LAN Controller"),
    "5508": Model("AIR-CT5508-K9", 1069, 500, "Cisco 5500 Series Wireless LAN Controller"),
    "5520": Model("AIR-CT5520-K9", 2170, 1500, "Cisco 5520 Series Wireless LAN Controller"),
    "8540": Model("AIR-CT8540-K9", 2171, 6000, "Cisco 8540 Series Wireless LAN Controller"),
    "vWLC": Model("AIR-CTVM-K9", 1631, 200, "Cisco Virtual Wireless LAN Controller"),
}

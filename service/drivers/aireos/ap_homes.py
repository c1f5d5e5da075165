"""Which controllers the APs of an AireOS box are told to join: read by SNMP, told by a line each.

The page of one AP shows the same, but there is a page for each; without SNMP the topic is not
known. How a controller is taken away from an AP is only found in public scripts (a blank in
quotes, with the address 0.0.0.0): its effect is read back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain.ap_homes import ApHome, ApHomes, Place
from service.domain.changes import SetApHome
from service.domain.observation import Topic
from service.drivers.aireos.book import Book
from service.drivers.aireos.listing import Lister
from service.drivers.aireos.look import Look
from service.drivers.aireos.polling import MAC_OCTETS, radio, text
from service.errors import CapabilityMissing, DeviceError, DeviceUnreachable
from service.transcripts import aireos_box
from service.transcripts.ber import Oid, Value

NO_NAME, NO_ADDRESS = '" "', "0.0.0.0"  # noqa: S104 - what stands for none
IPV4_OCTETS = 4


@dataclass(frozen=True, slots=True)
class HomesReader:
    """Reads what APs are told, and what the box is to APs of others."""

    book: Book

    def read(self, look: Look) -> None:
        """Fill in everything that a staging is planned by.

        Raises:
            DeviceError: the command line failed; where SNMP did, that is part of the look.
        """
        system = Lister(self.book).output(look.ways.cli(), "system", timeout_s=look.timeout_s)
        told = aireos_box.system_facts(system)
        look.says(system_name=told.name, ap_limit=told.ap_limit, countries=told.countries)
        try:
            look.says(homes=self._homes(look))
        except DeviceError as err:
            if isinstance(err, DeviceUnreachable):
                look.ways.lost_snmp(err)
            look.failed(Topic.AP_HOMES, err)
            return
        look.origins["homes"] = self.book.tables["aps"].oid

    def _homes(self, look: Look) -> tuple[ApHomes, ...]:
        names = self._columns(look, "aps", "{}_name", more=("name",))
        addresses = self._columns(look, "joins", "{}_address")
        indexes = sorted(index for index in names["name"] if len(index) == MAC_OCTETS)
        return tuple(_homes(index, names, addresses) for index in indexes)

    def _columns(
        self, look: Look, table: str, form: str, more: Iterable[str] = ()
    ) -> dict[str, Mapping[Oid, Value]]:
        entry = self.book.tables[table]
        columns = [*more, *(form.format(place) for place in Place)]
        oids = {name: entry.oid_of(name) for name in columns}
        found = look.ways.snmp().walk(list(oids.values()), timeout_s=look.timeout_s)
        return {name: found[oid] for name, oid in oids.items()}


def _homes(
    index: Oid,
    names: Mapping[str, Mapping[Oid, Value]],
    addresses: Mapping[str, Mapping[Oid, Value]],
) -> ApHomes:
    homes = (
        ApHome.parse(
            text(names[f"{place}_name"].get(index)),
            _address(addresses[f"{place}_address"].get(index)),
        )
        for place in Place
    )
    return ApHomes(radio(index), text(names["name"].get(index)), *homes)


def _address(value: Value) -> str:
    """Four octets as an address; anything else (none, IPv6, a name) as far as it is text."""
    if isinstance(value, bytes) and len(value) == IPV4_OCTETS:
        return ".".join(str(octet) for octet in value)
    return text(value)


def home_line(book: Book, controller: str, ap: str, change: SetApHome) -> str:
    """The line that tells an AP a controller, or takes one away.

    Args:
        book: the contract.
        controller: that is asked, for an error.
        ap: the AP's name, as one word.
        change: what to tell it.

    Raises:
        CapabilityMissing: a controller without a name, which no line is known for.
    """
    name, address = change.home.name, change.home.address
    if change.home.is_set and not name:
        raise CapabilityMissing(
            controller, Topic.AP_HOMES, f"AP {ap} can be told no controller by its address alone"
        )
    words = f'"{name}"' if " " in name else name
    line = book.changes[f"set_{change.place}"].line
    filled = line.format(
        controller=words or NO_NAME, name=ap, address=address if words else NO_ADDRESS
    )
    return filled.rstrip()

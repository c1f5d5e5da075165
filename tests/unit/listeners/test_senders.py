"""Who may send what proves nothing: controllers, and whom the inventory names; others count."""

from service.config.inventory import parse_inventory
from service.domain.events.tying import places_of
from service.listeners.senders import MOST_STRANGERS, Senders

FLEET = """
controllers:
  - {{name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: hq, ap_address: 192.0.2.20}}
  - {{name: hq-2, platform: iosxe, host: wlc.example, credentials: hq}}
credentials: {{hq: {{username: admin, password: "env:HQ"}}}}
{more}
"""


def senders(tmp_path, more=""):
    made = Senders()
    inventory = parse_inventory(FLEET.format(more=more).encode(), tmp_path / "inventory.yaml")
    made.learn(inventory, places_of(inventory, {"wlc.example": ("2001:db8::1",)}))
    return made


def test_controllers_may_send_from_every_address_that_is_known_of_them(tmp_path):
    made = senders(tmp_path)
    heard = ("192.0.2.10", "::ffff:192.0.2.10", "192.0.2.20", "2001:db8::1", "2001:db8:0::1%eth0")
    assert [made.allows(one) for one in heard] == [True] * len(heard)
    strangers = ("192.0.2.11", "wlc.example", "", "no address")
    assert not any(made.allows(one) for one in (*strangers, "192.0.2.11"))
    assert made.take_strangers() == {"192.0.2.11": 2, "wlc.example": 1, "": 1, "no address": 1}
    assert made.take_strangers() == {}


def test_relays_and_networks_that_are_named_may_send_and_the_one_word_lets_everybody(tmp_path):
    made = senders(tmp_path, 'event_senders: [198.51.100.7, 203.0.113.0/24, "2001:db8:5::/48"]')
    assert all(made.allows(one) for one in ("198.51.100.7", "203.0.113.9", "2001:db8:5::7"))
    assert not made.allows("198.51.100.8")
    assert senders(tmp_path, "event_senders: any").allows("198.51.100.8")


def test_nobody_may_send_before_anybody_is_known_and_a_flood_is_counted_in_bounds():
    made = Senders()
    for number in range(MOST_STRANGERS + 50):
        assert not made.allows(f"10.0.{number // 250}.{number % 250}")
    found = made.take_strangers()
    assert (sum(found.values()), len(found)) == (MOST_STRANGERS + 50, MOST_STRANGERS + 1)


def test_what_the_inventory_says_newly_counts_at_once(tmp_path):
    made = senders(tmp_path)
    assert not made.allows("198.51.100.7")
    text = FLEET.format(more="event_senders: [198.51.100.7]").encode()
    inventory = parse_inventory(text, tmp_path / "inventory.yaml")
    made.learn(inventory, places_of(inventory, {}))
    assert made.allows("198.51.100.7")

"""A sender of traps and informs of version 3, spoken by the lab's coder and keys.

It shares nothing with what receives them.
"""

from dataclasses import dataclass, field

from service.lab.aireos.snmp import ber
from service.lab.aireos.snmp.usm import DIGEST, user_of
from service.transcripts import traps
from tests.unit.transcripts.test_traps import NAME_OF, UPTIME, bindings, oid

AUTHENTICATED, PRIVATE, REPORTABLE = 1, 2, 4
LEFT = "1.3.6.1.4.1.14179.2.6.3.8"
SALT = b"pepper!!"


@dataclass
class Notifier:
    """One user at one engine, and the time that it has there."""

    engine: bytes = bytes.fromhex("8000000903001122334455")
    name: str = "noc"
    phrase: str = "a password for both"
    auth: str = "sha"
    priv: str = "aes"
    boots: int = 3
    seconds: int = 1000
    about: str = "hq-1"
    context: bytes = field(default=b"the context")

    def __post_init__(self):
        self.learn(self.engine)

    def learn(self, engine):
        """Speak to an engine, or as one."""
        self.engine = engine
        self.user = user_of(self.name, self.auth, self.priv, self.phrase, engine)

    def unit(self, kind=traps.TRAP):
        """A data unit: an access point has left `about`."""
        which = (traps.TRAP_OID, oid(LEFT))
        listed = bindings(
            [(UPTIME, ber.integer(5, 0x43)), which, (NAME_OF, ber.octets(self.about))]
        )
        return ber.tlv(kind, ber.integer(77) + ber.integer(0) + ber.integer(0) + listed)

    def message(self, kind=traps.TRAP, *, flags=None, unit=None):
        """A whole message; `flags` None: those of the user, reportable where it is an inform."""
        if flags is None:
            flags = self.user.level | (REPORTABLE if kind == traps.INFORM else 0)
        scoped = ber.octets(self.context) + ber.octets("") + (unit or self.unit(kind))
        payload, salt = ber.tlv(0x30, scoped), b""
        if flags & PRIVATE:
            salt = SALT
            payload = ber.octets(self.user.encrypt(payload, SALT, self.boots, self.seconds))
        if not flags & AUTHENTICATED:
            return self._whole(flags, b"", salt, payload)
        digest = self.user.digest(self._whole(flags, bytes(DIGEST), salt, payload))
        return self._whole(flags, digest, salt, payload)

    def _whole(self, flags, digest, salt, payload):
        head = ber.integer(9) + ber.integer(65507) + ber.octets(bytes([flags])) + ber.integer(3)
        security = ber.octets(self.engine) + ber.integer(self.boots) + ber.integer(self.seconds)
        security += ber.octets(self.name) + ber.octets(digest) + ber.octets(salt)
        packed = ber.octets(ber.tlv(0x30, security))
        return ber.tlv(0x30, ber.integer(3) + ber.tlv(0x30, head) + packed + payload)

    def opened(self, answer):
        """(engine, boots, seconds, flags, context, kind and content of the unit) of an answer."""
        message = ber.Reader(answer).inside()
        message.integer()
        head = message.inside()
        assert (head.integer(), head.integer()) == (9, 65507), "it answers another message"
        (flags,) = head.want(ber.OCTETS)
        security = ber.Reader(message.want(ber.OCTETS)).inside()
        engine, boots, seconds = security.want(ber.OCTETS), security.integer(), security.integer()
        security.want(ber.OCTETS)
        digest, salt = security.want(ber.OCTETS), security.want(ber.OCTETS)
        if flags & AUTHENTICATED:
            assert self.user.digest(answer.replace(digest, bytes(DIGEST), 1)) == digest
        scoped = message.rest()
        if flags & PRIVATE:
            sealed = ber.Reader(scoped).want(ber.OCTETS)
            scoped = self.user.decrypt(sealed, salt, boots, seconds)
        inside = ber.Reader(scoped).inside()
        context = inside.want(ber.OCTETS)
        inside.want(ber.OCTETS)
        return engine, boots, seconds, flags, context, inside.rest()

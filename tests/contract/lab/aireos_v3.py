"""A client of SNMP version 3 for tests: shares no code with the lab's agent.

Keys and digests by hashlib, privacy by the cryptography package; one request at a time.
"""

import hashlib
import hmac
import socket

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from tests.contract.lab.aireos_support import _number, _oid, _split, _tlv, secret, value
from tests.support.patience import REPLY_S

SALT = b"\x00\x01\x02\x03\x04\x05\x06\x07"


class V3Client:
    """SHA and AES-128, as a box offers them."""

    def __init__(self, lab, password=None, name="wlc-1"):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", lab.wlc(name).snmp_port))
        self.socket.settimeout(REPLY_S)
        self.password = (password or secret(lab, "community")).encode()
        self.engine, self.boots, self.seconds, self.key = b"", 0, 0, b""

    def discover(self):
        """Learn engine, boots and time from the report to an empty question."""
        report = self._exchange(flags=4, user=b"", payload=self._scoped("1.3.6.1.2.1.1.1.0"))
        data = (self.password * (1_048_576 // len(self.password) + 1))[:1_048_576]
        master = hashlib.sha1(data, usedforsecurity=False).digest()
        self.key = hashlib.sha1(master + self.engine + master, usedforsecurity=False).digest()
        return report

    def get(self, name, *, user=b"aprejoin", seconds=None):
        """The first name and value of the answer; a report's counter where it is one."""
        if seconds is not None:
            self.seconds = seconds
        vector = self.boots.to_bytes(4, "big") + self.seconds.to_bytes(4, "big") + SALT
        sealer = Cipher(AES(self.key[:16]), CFB(vector)).encryptor()
        sealed = sealer.update(self._scoped(name)) + sealer.finalize()
        return self._exchange(flags=7, user=user, payload=_tlv(4, sealed), salt=SALT)

    def close(self):
        """Let go."""
        self.socket.close()

    def _scoped(self, name):
        binding = _tlv(0x30, _oid(name) + b"\x05\x00")
        pdu = _number(77) + _number(0) + _number(0) + _tlv(0x30, binding)
        return _tlv(0x30, _tlv(4, self.engine) + _tlv(4, b"") + _tlv(0xA0, pdu))

    def _message(self, flags, user, digest, salt, payload):
        head = _number(9) + _number(65507) + _tlv(4, bytes([flags])) + _number(3)
        security = _tlv(4, self.engine) + _number(self.boots) + _number(self.seconds)
        security += _tlv(4, user) + _tlv(4, digest) + _tlv(4, salt)
        body = _number(3) + _tlv(0x30, head) + _tlv(4, _tlv(0x30, security)) + payload
        return _tlv(0x30, body)

    def _exchange(self, flags, user, payload, salt=b""):
        digest = b""
        if flags & 1:
            blank = self._message(flags, user, bytes(12), salt, payload)
            digest = hmac.new(self.key, blank, "sha1").digest()[:12]
        self.socket.send(self._message(flags, user, digest, salt, payload))
        return self._opened(self.socket.recv(65536))

    def _opened(self, data):
        ((_, inside),) = _split(data)
        _, (_, head), (_, security), (tag, payload) = _split(inside)
        fields = _split(_split(security)[0][1])
        self.engine, self.boots = fields[0][1], value(*fields[1])
        self.seconds = value(*fields[2])
        flags = _split(head)[2][1][0]
        if flags & 2:
            vector = self.boots.to_bytes(4, "big") + self.seconds.to_bytes(4, "big")
            opener = Cipher(AES(self.key[:16]), CFB(vector + fields[5][1])).decryptor()
            plain = opener.update(payload) + opener.finalize()
            ((tag, payload),) = _split(plain)
        assert tag == 0x30
        (_, _, (_, pdu)) = _split(payload)
        ((_, binding),) = _split(_split(pdu)[3][1])
        name, what = _split(binding)
        return ".".join(map(str, _arcs(name[1]))), value(*what)


def _arcs(content):
    arcs, arc = [content[0] // 40, content[0] % 40], 0
    for byte in content[1:]:
        arc = (arc << 7) | (byte & 127)
        if byte < 128:
            arcs.append(arc)
            arc = 0
    return arcs

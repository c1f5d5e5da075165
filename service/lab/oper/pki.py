"""crypto-pki-oper: trustpoints, and from 17.6 their certificates' dates (facts, section 9)."""

from collections.abc import Mapping

from service.lab.box.box import Box
from service.lab.box.initial import trustpoint_name
from service.lab.oper.build import Value
from service.lab.time import stamp

TYPES = {"sudi": "trustpoint-mic", "ssc": "trustpoint-ssc", "lsc": "trustpoint-lsc"}


def pki_oper(box: Box, now: float) -> Mapping[str, Value]:
    """Content of crypto-pki-oper-data."""
    del now
    certificate = box.spec.certificate
    subject, issuer = _names(box)
    cert = {
        "cert-avail": "crypto-pki-cert-available",
        "cert-usage": "crypto-pki-cert-general-purpose",
        "cert-key-type": "crypto-pki-cert-key-rsa",
        "serial-number": "01A2B3C4",
        "subject-name": subject,
        "issuer-name": issuer,
        "validity-start": stamp(certificate.start),
        "validity-end": stamp(certificate.end),
    }
    bundle = {
        "label": trustpoint_name(box.spec),
        "tp-authenticated": certificate.present,
        "tp-keys-generated": certificate.present,
        "tp-enrolled": certificate.present,
        "cert": [cert] if certificate.present else [],
    }
    return {"crypto-pki-bundle": [bundle]}


def tp_cert_info(box: Box) -> Mapping[str, Value]:
    """Content of tp-cert-info under access-point-oper-data, from 17.12."""
    certificate = box.spec.certificate
    return {
        "trustpoint": {
            "trustpoint-name": trustpoint_name(box.spec),
            "is-cert-available": certificate.present,
            "is-privkey-available": certificate.present,
            "cert-type": TYPES.get(certificate.kind, "trustpoint-unknown"),
        }
    }


def _names(box: Box) -> tuple[str, str]:
    model = box.spec.model
    if box.spec.certificate.kind == "ssc":
        return f"o=Cisco Virtual Wireless LAN Controller,cn={model}", f"o={box.spec.name},cn=CA"
    subject = f"serialNumber=PID:{model} SN:{box.spec.serial},o=Cisco,cn={model}"
    return subject, "o=Cisco,cn=ACT2 SUDI CA"

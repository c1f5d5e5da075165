"""What `?` shows: the words that may come next. Texts as in the published procedure."""

from service.lab.aireos.answers import USAGE
from service.lab.aireos.config import SPELLINGS, spelling_of
from service.lab.aireos.shell import COMMANDS
from service.lab.aireos.wlc import WlcBox

TEXTS = {
    "config ap cert-expiry-ignore": "Configures cert-expiry-ignore check operation.",
    "config ap reset": "Resets an AP",
    "config auth-list ap-policy": "Configures an AP authorization policy.",
    "config certificate ssc": "Configure Self Signed Certificates (SSC)",
    "config certificate ssc hash": "Configure Self Signed Certificates hash",
    "config certificate ssc hash validation": "Configures validation of SSC Hash",
}
LAST = {
    "config ap cert-expiry-ignore": {
        "mic": "Configures cert-expiry-ignore check operation for MIC.",
        "ssc": "Configures cert-expiry-ignore check operation for SSC.",
    },
    "config ap cert-expiry-ignore mic": {
        "enable": "Enabling will ignore the lifetime-check for MIC.",
        "disable": "Disabling will do the lifetime-check for MIC.",
    },
    "config ap cert-expiry-ignore ssc": {
        "enable": "Enabling will ignore the lifetime-check for SSC.",
        "disable": "Disabling will do the lifetime-check for SSC.",
    },
    "config auth-list ap-policy": {
        "authorize-ap": "Configures AP authorization policies.",
        "authorize-lsc-ap": "Use auth-list to Authorize APs with Locally Significant Certificate.",
        "ssc": "Configures authorization of APs with self-signed certificate.",
        "mic": "Configures authorization of APs with manufacturing-installed certificates.",
        "lsc": "Configures authorization of APs with locally significant certificates.",
    },
    "config auth-list ap-policy ssc": {
        "enable": "Allows APs with self-signed certificates to connect.",
        "disable": "Disallows APs with self-signed certificates to connect.",
    },
    "config certificate ssc hash validation": {
        "enable": "Enable hash validation of SSC certificate",
        "disable": "Disable hash validation of SSC certificate",
    },
}


def next_words(box: WlcBox, typed: str) -> str:
    """The list that `?` shows after these words."""
    start = " ".join(typed.split())
    known = spelling_of(box.spec)
    lines = [c for c in COMMANDS if not any(s in c for s in SPELLINGS if s != known)]
    prefix = f"{start} " if start else ""
    inside = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
    words = {part.split()[0]: TEXTS.get(f"{prefix}{part.split()[0]}", "") for part in inside}
    if known == "cert-expiry-ignore" or "cert-expiry-ignore" not in start:
        words |= LAST.get(start, {})
    if not words:
        return USAGE
    return "\n".join(f"{word:<15}{text}".rstrip() for word, text in sorted(words.items()))

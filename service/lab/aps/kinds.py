"""The kinds of access point, and the leaves each trouble shows.

Where a signature is not in the device facts it is marked unverified: the leaf and the enum exist in
the models, that a real AP in that trouble shows them is our guess.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from service.lab.specs import Ap

IMAGE_CERTIFICATE_START = datetime(2012, 12, 4, tzinfo=UTC)
IMAGE_CERTIFICATE_END = {  # FN72524: when the certificate that signs IOS images ran out
    "sha1": datetime(2022, 12, 4, 21, 37, 36, tzinfo=UTC),
    "sha2": datetime(2022, 12, 4, 21, 43, 46, tzinfo=UTC),
}
IOS_MODELS = ("AIR-CAP", "AIR-SAP", "AIR-RM", "AIR-LAP", "IW37", "AIR-AP15", "AIR-AP70")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a join attempt failed: what the join statistics keep of it."""

    error: str  # ap-con-failure-*: the phase
    text: str  # the free text of ap-disconnect-reason
    dtls: str = "dtls-hs-success"
    join: str = "jf-none"
    config: str = "cf-none"
    discovery: str = "disc-fail-none"
    disconnect: str = "unkown"  # sic: Cisco's spelling


@dataclass(frozen=True, slots=True)
class DownloadFailure:
    """How an image download ends badly."""

    reach: int  # percent at which it stops
    disconnect: str
    reboot: str
    text: str


CERTIFICATE_BAD = Refusal(  # sample data-ap-join-stats-17.12.xml, the AP yard-iw3702
    "ap-con-failure-dtls",
    "Certificate verify failed",
    dtls="dtls-hs-cert-auth",
    disconnect="wtp-dtls-session-est-fail",
)
CONTROLLER_BAD = Refusal(  # the AP turns the controller's certificate down; unverified
    "ap-con-failure-dtls",
    "DTLS alert from AP",
    dtls="dtls-hs-peer-alert",
    disconnect="wtp-dtls-session-est-fail",
)
NO_CHAIN = Refusal(  # facts section 2: dtls-hs-config-not-done is a controller without chain
    "ap-con-failure-dtls",
    "DTLS cert-chain not available",
    dtls="dtls-hs-config-not-done",
    disconnect="wtp-dtls-session-est-fail",
)
JOIN_REFUSALS = {
    "no_cert_chain": NO_CHAIN,
    "lsc_expired": CERTIFICATE_BAD,  # told apart by cert-type wireless-cert-lsc; unverified
    "ssc_policy": Refusal("ap-con-failure-join", "Ap auth failure", join="jf-ap-auth-failure"),
    # ^ unverified: the enum exists; capture ShowWirelessStatsApJoinSummary has "Ap auth pending"
    "unsupported_model": Refusal(  # unverified
        "ap-con-failure-join", "Unsupported AP model", join="jf-reqrej-unsupportedwtp"
    ),
    "ap_limit": Refusal(  # unverified
        "ap-con-failure-discovery",
        "Maximum number of APs joined",
        discovery="disc-fail-req-max-wtp-joined",
    ),
    "country_mismatch": Refusal(  # unverified
        "ap-con-failure-config",
        "Regulatory domain check failed",
        config="cf-reqrej-reg-domain-check",
    ),
}
SIGNATURE_REJECTED = DownloadFailure(  # samples data-ap-oper-5*.xml, the AP AP2702E
    100, "wtp-image-error", "ap-reboot-reason-img-upgrade", "Image Download Success"
)
DOWNLOAD_FAILURES = {
    "missing_image": DownloadFailure(  # unverified
        0,
        "wtp-img-resp-err-db-entry-fetch-fail",
        "ap-reboot-reason-none",
        "Image not found on controller",
    ),
    "apcos_corrupt_image": DownloadFailure(  # FN74109; unverified
        100, "wtp-image-error", "ap-reboot-reason-img-chksum", "Image Download Failed"
    ),
    "flash_corrupt": DownloadFailure(  # FN70330; unverified
        100, "wtp-image-error", "ap-reboot-reason-img-data", "Image Download Failed"
    ),
}
KINDS = {
    "healthy",
    "looping",
    "straggler",
    "slow",
    "apcos",
    "mic_expired",
    "bounce",
    "unreachable",
    *JOIN_REFUSALS,
    *DOWNLOAD_FAILURES,
}
DOWNLOADS = {"looping", "straggler", "slow", "apcos", "bounce", *DOWNLOAD_FAILURES}


def runs_ios(model: str) -> bool:
    """Wave 1 and older APs, which carry an IOS image; the others run AP-COS."""
    return model.startswith(IOS_MODELS)


def image_family(model: str) -> str:
    """Name of the AP image family. Source: samples; unverified for most models."""
    if runs_ios(model):
        return "ap3g2"
    return "ap1g6a" if model.startswith("C91") else "ap3g3"


def issuer_cn(spec: Ap) -> str:
    """Name of the authority that made the AP's certificate; unverified for AP-COS."""
    own = "Cisco Manufacturing CA" if runs_ios(spec.model) else "Cisco Manufacturing CA SHA2"
    return str(spec.options.get("issuer", own))


def issuer_of(spec: Ap) -> str:
    """The issuer as a certificate map sees it (the form of sample data-pki-certs.xml)."""
    return f"o=Cisco Systems,cn={issuer_cn(spec)}"


def signature_holds(signature: str | None, utc: datetime) -> bool:
    """Does an AP whose clock shows this accept the image's signature?"""
    if signature is None:
        return True
    return IMAGE_CERTIFICATE_START <= utc <= IMAGE_CERTIFICATE_END[signature]

"""Parts of a fleet file that every platform's boxes are written with."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from service.lab.aps.kinds import KINDS

POSITIVE = Field(default=None, ge=0)


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TimingsIn(Strict):
    """Durations in seconds; what is left out keeps the lab's short default."""

    boot_s: float | None = POSITIVE
    download_s: float | None = POSITIVE
    retry_s: float | None = POSITIVE
    ntp_settle_s: float | None = POSITIVE
    eem_cli_s: float | None = POSITIVE
    dmi_sync_s: float | None = POSITIVE
    save_s: float | None = POSITIVE
    reload_s: float | None = POSITIVE
    latency_s: float | None = POSITIVE
    install_s: float | None = POSITIVE
    abort_minute_s: float | None = POSITIVE
    books_lag_s: float | None = POSITIVE
    predownload_s: float | None = POSITIVE
    copy_s: float | None = POSITIVE


class ApIn(Strict):
    """Some access points of one kind."""

    kinds: ClassVar[frozenset[str]] = frozenset(KINDS)

    kind: str
    count: int = Field(default=1, ge=1, le=10_000)
    model: str | None = None
    name: str | None = None  # pattern with {n}; default: KIND-{n}
    version: str | None = None  # what it runs before it has the controller's image
    backup: str | None = None  # what its other slot holds
    site_tag: str | None = None
    signature: Literal["sha1", "sha2", "valid"] | None = None
    cert_start: AwareDatetime | None = None
    cert_end: AwareDatetime | None = None
    predownload: Literal["initiated", "in-progress", "complete", "unsupported", "failed"] | None = (
        None
    )
    issuer: str | None = None  # common name of who made its certificate
    reach: int | None = Field(default=None, ge=0, le=100)  # percent at which its download stops
    timings: TimingsIn = TimingsIn()
    homes: dict[Literal["primary", "secondary", "tertiary"], tuple[str, str]] = Field(
        default_factory=dict  # name and address; either may be empty
    )
    fallback: bool = True  # a joined AP goes back to its primary controller by itself
    lost: bool = False  # on its way to another controller it is never heard of again
    unplugged: bool = False  # in its box until somebody plugs it in

    @model_validator(mode="after")
    def _known_kind(self) -> "ApIn":
        if self.kind not in self.kinds:
            raise ValueError(f"kind: one of {', '.join(sorted(self.kinds))}")
        return self


class PeerIn(Strict):
    """A mobility peer; see `service.lab.specs.Peer`."""

    address: str
    status: Literal[
        "status-unknown", "data-path-down", "ctrl-path-down", "ctrl-data-path-down", "up"
    ] = "up"
    survives: bool = True


class RoamingIn(Strict):
    """What a controller is to access points of others; see `service.lab.specs.Roaming`."""

    staging: str | None = None
    ap_address: str | None = None
    max_aps: int | None = Field(default=None, ge=0)
    refuses: Literal["ap_limit", "country_mismatch", "unsupported_model"] | None = None
    deaf: bool = False

"""Plans of new software for an AireOS controller, from looks that differ in what a test says."""

from dataclasses import replace

from service.domain.finding import Confidence, Finding
from service.domain.images import BootImages, Slot, Stage, Transfer
from service.domain.inventory import Credentials
from service.domain.observation import ApState, ControllerView, InstallState, Platform
from service.domain.plan import Asked, NoPlan, Planned, Situation
from service.domain.planning import make_plan
from service.domain.releases import Release
from service.domain.software_files import FileKind, SoftwareFile, SoftwareShelf
from tests.support.builders import CONTROLLER, MAC, OTHER, charter, look, sighting
from tests.support.cases import catalogue

OLD, NEW = "8.10.151.0", "8.10.183.0"
IMAGES = BootImages(OLD, "8.5.161.0", Slot.PRIMARY, Slot.PRIMARY)
WAVE_2 = {"name": "AP2802", "model": "AIR-AP2802I-E-K9", "serial": "FJC2201X0AB"}
APS = (sighting(MAC, ApState.REGISTERED), sighting(OTHER, ApState.REGISTERED, **WAVE_2))
ACCEPTED = Asked(accept_reload=True)


def image(family="AIR-CT5520", release=NEW, **fields) -> SoftwareFile:
    name = f"{family}-K9-{release.replace('.', '-')}.aes"
    made = SoftwareFile(
        name=name,
        platform=Platform.AIREOS,
        family=family,
        release=Release.parse(release),
        kind=FileKind.BASE,
        patch=None,
        size_bytes=1_000,
        sha512="5" * 128,
        md5="5" * 32,
        vouched=True,
        url=f"ftp://192.0.2.5:2121/wlc/{name}",
    )
    return replace(made, **fields)


def shelf(*files: SoftwareFile, **fields) -> SoftwareShelf:
    return SoftwareShelf(files or (image(),), Credentials("wlc", "env:F"), is_stated=True, **fields)


def seen(**fields) -> ControllerView:
    view = look(0, aps=APS, unsaved=False, hazards=(), certificates=())
    return replace(
        view,
        platform=Platform.AIREOS,
        restores_itself=False,
        **{
            "release": OLD,
            "hardware": "AIR-CT5520-K9",
            "install": InstallState(OLD),
            "images": IMAGES,
            "transfer": Transfer(Stage.NONE),
            **fields,
        },
    )


def situation(view=None, *, files=None, aps=(), policy=None, **fields) -> Situation:
    issue = catalogue().get("FN72524")
    assert issue is not None
    controller = replace(CONTROLLER, platform=Platform.AIREOS)
    return Situation(
        Finding("hq-1", issue.name, Confidence.CONFIRMED, aps),
        issue,
        controller if policy is None else replace(controller, policy=policy),
        view or seen(),
        fields.pop("true_time", charter().true_time),
        software=catalogue().software,
        shelf=files or shelf(),
    )


def planned(view=None, *, asked=ACCEPTED, **fields) -> Planned:
    return make_plan(situation(view, **fields), asked, strategy="fixed-software")


def reason(*args, **fields) -> str:
    made = planned(*args, **fields)
    assert isinstance(made, NoPlan), made
    return made.reason

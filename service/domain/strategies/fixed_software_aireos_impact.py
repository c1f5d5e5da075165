"""What a plan of new software for AireOS says besides its steps: what it means, what stays."""

from collections.abc import Iterator

from service.domain.journal import Charter
from service.domain.observation import ControllerView
from service.domain.software_files import SoftwareFile
from service.domain.steps.image_run import job_of_charter


def impact(view: ControllerView, charter: Charter, file: SoftwareFile) -> Iterator[str]:
    """What it costs, what cannot be undone, and what is not known."""
    job = job_of_charter(charter)
    if job.captured.slot_of(job.release) is not None:
        yield f"{job.release} lies in a slot already ({job.captured.label}): nothing is fetched"
    by = f"{job.settings.mode} from {job.settings.server}"
    yield f"{file.name} ({file.size_bytes:,} bytes, sha512 {file.sha512[:16]}...) comes by {by}"
    yield (
        f"the controller restarts once, and {len(job.aps)} registered APs lose it until it is back "
        "and they run the new image; their clients go elsewhere meanwhile"
    )
    other = job.captured.primary if job.captured.running != job.captured.primary else None
    lost = other or job.captured.backup
    yield (
        f"what cannot be undone: the image in the other slot ({lost}) is overwritten; afterwards "
        f"{job.before} lies there, and is the way back"
    )
    yield (
        "where the new image comes up wrong, or APs stay away for "
        f"{charter.policy.wait_for_aps_s:g} s, the controller is restarted once more, into "
        f"{job.before}: no window keeps it from that, but APs that it would strand do, unless "
        "accepted with --accept-stranded"
    )
    if job.login is not None:
        yield (
            "the controller's transfer settings are put back, but for the password: what it held "
            "before cannot be read, so a word that opens nothing takes its place"
        )
    if charter.unsaved:
        yield "what somebody left unsaved is saved before the restart, as accepted"
    yield (
        "the controller itself checks what arrives: that it is the file that lies ready here is "
        "seen by its name and by the release that it writes, for it works out no sum to compare"
    )
    yield "free space on the controller cannot be read: a full flash shows when it writes"
    if view.hardware is None:
        yield "the controller's model was not read"

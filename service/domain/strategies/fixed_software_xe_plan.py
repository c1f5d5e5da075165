"""Working out the installation for one controller: its files, its steps, and what it costs."""

import math
from collections.abc import Iterator
from dataclasses import replace

from service.domain.changes import Change, SaveConfig
from service.domain.install_job import InstallJob, Stage
from service.domain.instants import TrueTime
from service.domain.journal import Charter
from service.domain.observation import ApState, Topic
from service.domain.plan import Asked, NoPlan, Plan, Planned, Situation
from service.domain.software_changes import (
    CheckFile,
    ClearSites,
    DeleteFile,
    FetchFile,
    InstallOrder,
    PredownloadAll,
    StopPredownload,
)
from service.domain.steps.installing import step_name
from service.domain.steps.mending import install_by_hand
from service.domain.steps.reach_sites import ReachSites
from service.domain.steps.tunnels import told
from service.domain.strategies import fixed_software
from service.domain.strategies.drafting import (
    APPROVAL_LASTS,
    Shown,
    drafted,
    sealed,
    steps_as_shown,
)
from service.domain.strategies.fixed_software_checks import listed, refusals
from service.domain.strategies.fixed_software_path import installed, way_by_hand
from service.domain.strategies.fixed_software_return import (
    UUID,
    former_for,
    shown_back,
    undone,
    words,
)
from service.domain.strategies.fixed_software_stages import (
    label_of,
    room,
    stages_for,
    stranded,
)
from service.domain.strategies.unhelped import unhelped, why_not_again
from service.domain.upgrade import NoWay, UpgradePath, shortest_path

SHORTEST_MIN, LONGEST_MIN = 30, 1200
"""What the installer takes for its timer (FACTS, section 5)."""
SPARE_S, ALARM_AT = 900.0, 0.8
NO_FOLDER = "aprejoin does it once the inventory names a `software` folder that holds the files"


def plan_install(situation: Situation, asked: Asked) -> Planned:
    """The installation for one finding, or why there is none."""
    start, true_time = installed(situation), situation.true_time
    told = way_by_hand(situation)
    if start is None:
        return NoPlan(told)
    way = shortest_path(situation.software, situation.issue, start)
    if isinstance(way, NoWay) or not way.steps or not way.is_sure:
        return NoPlan(told)
    if not situation.shelf.is_stated:
        return NoPlan(f"{told}; {NO_FOLDER}")
    stages, troubles = stages_for(situation, way.steps)
    former, no_return = former_for(situation, stages)
    lacking = [*troubles, *no_return, *room(situation, (*stages, *former))]
    reasons = [*lacking, *refusals(situation, asked, stages)]
    if reasons or true_time is None:
        return NoPlan(f"not now: {'; '.join(reasons)}; the way is: {told}")
    before = unhelped(situation, true_time, fixed_software.NAME)
    if before and all(ap.mac in before for ap in situation.finding.aps):
        return NoPlan(why_not_again(before.values()))
    charter = _charter(situation, asked, true_time, (stages, former))
    return Plan(
        charter=charter,
        window=None,
        steps=tuple(
            steps_as_shown(
                charter,
                "what is installed, what boots, and which files are there",
                _shown(charter),
                forward=fixed_software.forward,
                home=fixed_software.home,
            )
        ),
        impact=tuple(_impact(situation, charter, way)),
        alternatives=(),
        expires=true_time.at + APPROVAL_LASTS,
        by_hand=install_by_hand(charter),
    )


def abort_after_min(situation: Situation, waves: int = 0) -> int:
    """The controller's own timer: what is waited for is over when four fifths of it are."""
    policy = situation.controller.policy
    once_s = policy.wait_for_aps_s + policy.stay_registered_s
    wanted_s = (once_s * (waves + 1) + SPARE_S) / ALARM_AT
    return max(SHORTEST_MIN, min(LONGEST_MIN, math.ceil(wanted_s / 60)))


# -- what is shown -----------------------------------------------------------------------------


def _charter(
    situation: Situation,
    asked: Asked,
    true_time: TrueTime,
    out_and_back: tuple[tuple[Stage, ...], tuple[Stage, ...]],
) -> Charter:
    view, login, (stages, former) = situation.view, situation.shelf.login, out_and_back
    install = view.install
    job = InstallJob(
        stages=stages,
        base=(install.version if install else None) or "",
        patches=install.patches if install else (),
        abort_after_min=abort_after_min(situation, max(len(stage.waves) for stage in stages)),
        checks_hash=situation.controller.ssh.stated,
        username=login.username if login else "",
        secret=login.password if login else "",
        stranded=stranded(situation, stages),
        former=former,
    )
    charter = drafted(situation, asked, fixed_software.NAME, true_time)
    return sealed(
        replace(
            charter,
            install=job,
            accepted_reload=asked.accept_reload and job.reloads,
            accepted_stranded=asked.accept_stranded and bool(job.stranded),
        )
    )


def _shown(charter: Charter) -> Shown:
    job = charter.install
    if job is None:
        return {}
    shown: dict[str, tuple[tuple[Change, ...], tuple[Change, ...]]] = {
        "save": ((SaveConfig(),), ()) if charter.save_pending else ((), ())
    }

    def fetch(stage: Stage) -> FetchFile:
        return FetchFile(stage.name, stage.url, stage.size_bytes, job.username, job.secret)

    for stage in job.stages:
        named = ("", stage.release) if stage.reloads else (stage.name, "")
        activate = InstallOrder("activate", UUID, *named, abort_after_min=job.abort_after_min)
        if stage.url:
            shown[step_name("fetch", stage)] = ((fetch(stage),), (DeleteFile(stage.name),))
        if job.checks_hash:
            check = CheckFile(stage.name, stage.sha512, stage.md5)
            shown[step_name("check", stage)] = ((check,), ())
        shown[step_name("add", stage)] = (
            (InstallOrder("add", UUID, stage.name),),
            () if stage.is_added else (InstallOrder("remove", UUID, stage.name),),
        )
        if stage.predownload:
            shown[step_name("predownload", stage)] = (
                (PredownloadAll(UUID),),
                (StopPredownload(UUID),),
            )
        shown[step_name("activate", stage)] = ((activate,), (InstallOrder("abort", UUID),))
        for wave in range(len(stage.waves) + 1 if stage.waves else 0):
            step = ReachSites("", stage, wave)
            shown[step.name] = (
                step.told(UUID),
                (ClearSites(stage.name, UUID),) if not wave else (),
            )
        shown[step_name("commit", stage)] = ((InstallOrder("commit", UUID),), undone(job, stage))
    return {**shown, **shown_back(job, fetch)}


def _impact(situation: Situation, charter: Charter, way: UpgradePath) -> Iterator[str]:
    job = charter.install
    if job is None:
        return
    names = ", then ".join(label_of(step) for step in way.steps)
    yield f"installed and committed, one after the other: {names}"
    yield from (_of_stage(situation, stage) for stage in job.stages)
    yield (
        f"the controller takes back by itself what is not committed {job.abort_after_min} min "
        f"after its activation; an alarm is raised when {ALARM_AT:.0%} of that are over"
    )
    if job.stranded:
        named = listed(situation, job.stranded)
        yield f"accepted: {len(job.stranded)} AP(s) strand if it goes back in the middle: {named}"
    if tunnels := told(situation.view):
        yield f"{tunnels}; what is up has to be up again, or it is not committed"
    yield from words(situation, job)
    yield "what is committed in the end is not undone by aprejoin; another installation would"
    yield from _not_known(situation, job)


def _of_stage(situation: Situation, stage: Stage) -> str:
    if not stage.reloads:
        first = "".join(f" first in {', '.join(wave.sites)}, then" for wave in stage.waves)
        where = f":{first} everywhere" if first else ""
        return (
            f"APs whose image {stage.label} brings load it and reboot{where}; the controller stays"
        )
    serving = sum(ap.state is ApState.REGISTERED for ap in situation.view.aps or ())
    early = " beforehand, as far as they can" if stage.predownload else ""
    return (
        f"the controller reloads for {stage.label}: {serving} APs lose it, and load the new "
        f"image{early}"
    )


def _not_known(situation: Situation, job: InstallJob) -> Iterator[str]:
    view = situation.view
    if not job.checks_hash:
        yield (
            "the files' hashes are not compared on the controller, for the inventory names no ssh: "
            "their size is, and adding them checks Cisco's signature"
        )
    if view.install is not None and view.install.boot_mode is None:
        yield "this release does not say whether it runs in install mode: if not, adding fails"
    for topic in (Topic.INSTALL_PROGRESS, Topic.AP_PREDOWNLOAD, Topic.RELOAD):
        if topic in view.unknown:
            yield f"{topic} could not be read: {view.unknown[topic]}"

"""Campaigns as people handle them: ask for one, see how it fares, let it go on, end it."""

from service.domain.audit import Act
from service.domain.documents import Document, moment
from service.domain.finding import Confidence
from service.domain.waves import Fate
from service.errors import NotFound, Refused
from service.ports.jobs import JobQueue
from service.ports.requests import Kind, Place
from service.ports.steering import ENDED, Campaign, Target
from service.usecases.audit import acting
from service.usecases.campaign import Wish, open_campaign, withdraw
from service.usecases.context import Context
from service.usecases.dispatch import job_of
from service.usecases.listing import TimedPart
from service.usecases.request import nudge
from service.usecases.show import Placed

ENOUGH = (Confidence.PROBABLE.value, Confidence.CONFIRMED.value)


def request_campaign(
    context: Context,
    queue: JobQueue | None,
    *,
    who: str,
    names: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    issue: str | None = None,
) -> Campaign:
    """Mend those of some controllers (of all, where neither is given) that the newest sweep found.

    Raises:
        NotFound: no such controller.
        Refused: nothing was found on any of them, or another campaign has not ended.
    """
    with acting(context, Act.CAMPAIGN_BEGIN, who=who) as act:
        meant = {controller.name for controller in context.inventory.chosen(names, tags)}
        wishes = [
            Wish(look.controller, issue, aps)
            for look in context.store.looks()
            if look.controller in meant and (aps := _stuck(look.document, issue))
        ]
        if not wishes:
            raise Refused("the newest sweep found nothing on them that may be mended: sweep first")
        with act.done(f"{len(wishes)} controllers: {', '.join(one.controller for one in wishes)}"):
            campaign = open_campaign(context, wishes, who=who)
            if campaign is None:
                under_way = context.store.open_one()
                which = "another" if under_way is None else f"{under_way.id} ({under_way.state})"
                raise Refused(f"one campaign at a time: {which} has not ended")
            act.about(f"campaign {campaign.id}")
    _tell(queue, campaign.id)
    return campaign


def _tell(queue: JobQueue | None, item: str) -> None:
    """Tell the workers at once; where there is no queue, the dispatcher finds it soon."""
    if queue is not None:
        nudge(queue, job_of(Kind.CAMPAIGN, item))


def _stuck(document: object, issue: str | None) -> int:
    """How many access points hang on a controller, by what the newest sweep said of it."""
    found = document.get("findings", ()) if isinstance(document, dict) else ()
    return max(
        (
            len(finding["aps"])
            for finding in found
            if finding["confidence"] in ENOUGH and issue in (None, finding["issue"])
        ),
        default=0,
    )


def resume_campaign(context: Context, queue: JobQueue | None, item: str, *, who: str) -> Campaign:
    """Let a campaign that stopped go on: somebody has looked at what failed.

    Raises:
        NotFound: there is none of that id. Refused: it has not stopped.
    """
    with acting(context, Act.CAMPAIGN_RESUME, who=who, about=f"campaign {item}") as act:
        campaign = _campaign(context, item)
        if campaign.state != "stopped":
            raise Refused(f"campaign {item} has not stopped: {campaign.state}")
        newest = max((target.wave for target in context.store.targets(item)), default=0)
        with act.done(campaign.detail):
            context.store.mark_campaign(item, "running", "", forgiven=newest)
            context.store.set_due(Kind.CAMPAIGN, item, in_s=0.0, why=f"{who} let it go on")
    _tell(queue, item)
    return campaign


def cancel_campaign(context: Context, item: str, *, who: str) -> Campaign:
    """End it: nothing more begins; remediations under way go on (each may be cancelled itself).

    Raises:
        NotFound: there is none of that id. Refused: it has ended.
    """
    with acting(context, Act.CAMPAIGN_CANCEL, who=who, about=f"campaign {item}") as act:
        campaign = _campaign(context, item)
        if campaign.state in ENDED:
            raise Refused(f"campaign {item} has ended: {campaign.state}")
        reason = f"cancelled by {who}"
        with act.done():
            context.store.mark_campaign(item, "cancelled", reason)
            withdraw(context, campaign, context.store.targets(item), reason)
    return campaign


def _campaign(context: Context, item: str) -> Campaign:
    campaign = context.store.campaign(item)
    if campaign is None:
        raise NotFound("campaign", item)
    return campaign


# -- documents ---------------------------------------------------------------------------------


def show_campaigns(context: Context, part: TimedPart) -> list[Placed]:
    """Campaigns by time, without their controllers."""
    found = context.store.campaigns(
        limit=part.limit, after=part.after, only=part.only, oldest_first=part.oldest_first
    )
    return [(Place(one.at, one.id), campaign_document(one)) for one in found]


def show_campaign(context: Context, item: str) -> Document:
    """One campaign with its controllers, in line. Raises NotFound."""
    targets = context.store.targets(item)
    return {
        **campaign_document(_campaign(context, item)),
        "controllers": [_target_document(target) for target in targets],
    }


def campaign_document(campaign: Campaign) -> Document:
    """A campaign for machines."""
    return {
        "id": campaign.id,
        "at": moment(campaign.at),
        "asked_by": campaign.asked_by,
        "state": campaign.state,
        "detail": campaign.detail,
        "waves": list(campaign.limits.sizes),
        "stop_wave_at": campaign.limits.stop_at,
    }


def _target_document(target: Target) -> Document:
    return {
        "name": target.controller,
        "issue": target.issue,
        "state": target.fate.value,
        "wave": target.wave if target.fate is not Fate.WAITING else None,
        "plan": target.plan or None,
        "remediation": target.remediation or None,
        "detail": target.detail,
    }

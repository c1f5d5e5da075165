"""When a page looks otherwise: a text of each thing that is another one then, and cheap to make."""

from service.door.versions import tag_of
from service.usecases.context import Context
from service.usecases.freezes import agenda_of_freezes
from service.usecases.review import review
from service.usecases.show import show_remediation


def controller_mark(context: Context, name: str) -> str:
    """Another text whenever the page of a controller may show something else. Raises NotFound."""
    context.controller(name)
    store = context.store
    look, plan = store.look_of(name), store.newest_plan(name)
    rows = store.remediations(controller=name)
    told = (
        look and look.at,
        plan and (plan.id, plan.answer.state),
        [(row.id, row.closed is None) for row in rows[:1]],
        [(one.id, one.state) for one in store.sweeps(limit=1)],
    )
    return repr(told)


def plan_mark(context: Context, plan: str) -> str:
    """Another text whenever the page of a plan may show something else. Raises NotFound."""
    seen = review(context, plan)
    return tag_of({**seen.shown, "waiting": seen.waiting, "newer": seen.newer})


def remediation_mark(context: Context, remediation: str) -> str:
    """Another text whenever its page may show something else. Raises NotFound."""
    shown = show_remediation(context, remediation)
    piece = context.store.newest_piece(remediation)
    recall = context.store.recalled(remediation)
    return f"{tag_of(shown)} {shown['detail']} {piece} {recall is not None}"


def schedules_mark(context: Context, _: str) -> str:
    """Another text whenever a sweep was asked for or has come further, or a freeze is another."""
    freezes = [(one.freeze, one.state) for one in agenda_of_freezes(context)]
    return repr(([(one.id, one.state) for one in context.store.sweeps(limit=20)], freezes))

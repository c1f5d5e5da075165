"""Saving, as every strategy does it: whether it is ours to do, and doing it until it is seen.

What may be saved is the strategy's affair: what is not as it should be is never saved, whoever
asked for it. Where the box can't tell whether it was saved before we began, nothing is saved unless
the user asked for it. Where it was, a save is always sent: equal texts do not tell that the box has
forgotten our changes.
"""

from service.domain.changes import SaveConfig
from service.domain.observation import ControllerView
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send

NAME, SUMMARY = "save", "save the configuration, if it was saved before"
ATTEMPTS = 3
SAVE_TIMEOUT_S = 60.0
SETTLE_S = 2.0
NOT_SAVED = ("running differs from startup",)


def is_to_be_saved(run: Run) -> bool:
    """Whether the configuration has to end saved."""
    return run.wrote and (run.charter.save_pending or run.charter.unsaved is False)


def why_not_saved(run: Run, lost: str = "") -> str:
    """Why the configuration is left as saved as it is, where it is not to be saved.

    Args:
        run: so far.
        lost: what of ours the next reload takes with it, to go on with; empty: nothing.
    """
    if not run.wrote:
        return "nothing was changed"
    if run.charter.unsaved is None:
        return f"the controller can't tell whether it was saved before{lost}"
    return f"it was not saved before either{lost}"


def left_unsaved(run: Run, why: str, once: str) -> Fail:
    """What is not as it should be is not saved; the command for a person, once it is."""
    save = run.charter.by_hand.save
    return Fail(f"not saved: {why}", NOT_SAVED, (f"{save}   ! once the rest is {once}",))


def saved(run: Run, view: ControllerView, moment: Moment) -> Move:
    """Save, wait for it to show, and give up after some attempts."""
    asked = run.sent_in(NAME, SaveConfig)
    sent = [one for one in asked if one.outcome == "applied"]
    if sent and not view.unsaved:
        return Done("saved")
    if len(asked) >= ATTEMPTS:
        return Fail("the configuration could not be saved", NOT_SAVED, (run.charter.by_hand.save,))
    if sent and run.elapsed_s(sent[-1].at, moment.now) < SETTLE_S:
        return Hold(SETTLE_S, "waiting for the save to show")
    return Send(SaveConfig(), timeout_s=SAVE_TIMEOUT_S)

"""Section 6 of the design, as questions to a stage after everything is over."""

from service.domain.journal import Closed
from service.usecases.orphans import due
from tests.support.stage import Stage


def broken(stage: Stage, closed: Closed | None, *, loud: bool = False) -> list[str]:
    """What the design forbids and this stage shows.

    Args:
        stage: with time enough passed that nothing is under way any more.
        closed: how it ended; None where nothing was ever begun.
        loud: needs-attention with what is left and how to mend it is an answer, too.
    """
    found = []
    if closed is not None and closed.state == "needs-attention":
        if loud and closed.left and closed.mend:
            return _always(stage)
        found.append(f"{closed}")
    return found + stage.box.differences() + _always(stage)


def _always(stage: Stage) -> list[str]:
    """What holds however it ended."""
    found = [line for line in stage.box.log if line.startswith("ambiguous")]
    if stage.box.saved_dirty:
        found.append("temporary state was saved")
    if due(stage.process().context):
        found.append("a restore is still due")
    return found

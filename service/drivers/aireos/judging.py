"""Judges what a controller says to a line that changes it: success is silence."""

from service.drivers.aireos.book import Line
from service.drivers.links.cli_words import Answer


def refusal(answer: Answer, entry: Line | None = None, *, asks: bool = False) -> str | None:
    """Why a line was not taken, or may not have been; None where all is well.

    Args:
        answer: what was said.
        entry: the contract's entry of the line, where that expects words.
        asks: whether a question was expected, and answered with yes.
    """
    if answer.refusal:
        return answer.refusal
    if answer.asked and not asks:
        return f"the controller asked {answer.asked!r} and was told no"
    success = entry.success if entry is not None else None
    said = answer.text.strip()
    if success is not None:
        return None if success in said else f"it did not say {success!r} but {said[-120:]!r}"
    silent = not said.replace(answer.asked, "").strip(" yY\n")
    return None if silent or asks else f"it said {said[:120]!r}"

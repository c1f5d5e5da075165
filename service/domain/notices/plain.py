"""Plain words: what a device or a person said, harmless in every chat.

Whatever could be markup, a mention of everybody, a link or a trick with the direction of writing is
taken out, for every channel alike.
"""

import unicodedata

LONGEST_WORD, LONGEST_LINE = 64, 300
_HARMLESS = str.maketrans(
    {"@": "(at)", "<": "(", ">": ")", "[": "(", "]": ")", "`": "'", "*": "+", "|": "/", "~": "-"}
)


def plain(word: object, longest: int = LONGEST_WORD) -> str:
    """A word of a device or a person, harmless in every chat."""
    printable = "".join(
        letter if letter.isprintable() and unicodedata.category(letter) != "Cf" else " "
        for letter in str(word)[: longest * 4]
    )
    tame = " ".join(printable.split()).replace("://", ": //").translate(_HARMLESS)
    return tame if len(tame) <= longest else tame[: longest - 3] + "..."

"""The evidence port: what was seen and sent in a remediation, beside its journal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from service.domain.evidence.looks import Piece


class Evidence(Protocol):
    """Pieces, only ever added."""

    def keep_piece(
        self, remediation: str, kind: str, document: Mapping[str, object], *, at: datetime
    ) -> None:
        """Add one."""

    def pieces(self, remediation: str) -> tuple[Piece, ...]:
        """All of a remediation, in the order in which they were added."""

    def newest_piece(self, remediation: str) -> int:
        """The number of its newest piece, which rises with each; 0: there is none."""

"""Everything that a process needs which changes controllers: loaded once, before the pool forks.

Polls need none of it, and whoever only polls never gets here.
"""

from service.domain.strategies.known import strategies
from service.usecases.campaign import advance_campaign
from service.usecases.carry import carry

__all__ = ["advance_campaign", "carry", "strategies"]

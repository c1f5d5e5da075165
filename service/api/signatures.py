"""What a call says of its sender by signature, and the very bytes that were signed."""

from typing import Annotated

from fastapi import Header, Request

from service.domain.events.signing import Signed

LONGEST_HEADER = 128


async def body_bytes(request: Request) -> bytes:
    """The body as it came."""
    return await request.body()


def signed_of(
    key: Annotated[
        str | None,
        Header(alias="Aprejoin-Key-Id", max_length=LONGEST_HEADER, description="Which key."),
    ] = None,
    at: Annotated[
        str | None,
        Header(
            alias="Aprejoin-Timestamp",
            max_length=LONGEST_HEADER,
            description="Seconds since 1970, at most 300 from the service's own.",
        ),
    ] = None,
    signature: Annotated[
        str | None,
        Header(
            alias="Aprejoin-Signature",
            max_length=LONGEST_HEADER,
            description="`v1=` and the HMAC-SHA256 of timestamp, dot and body, in hexadecimal.",
        ),
    ] = None,
) -> Signed | None:
    """The signature of a call; None: it has none."""
    if key is None and at is None and signature is None:
        return None
    return Signed(key or "", at or "", signature or "")

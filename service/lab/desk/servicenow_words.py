"""How a ServiceNow instance words its rows and its refusals."""

from datetime import UTC, datetime

from service.lab.desk.desk import Act, Reply, Row

NEW, SCHEDULED, IMPLEMENT, CLOSED, CANCELED = -5, -2, -1, 3, 4
NAMES = {
    NEW: "New",
    -4: "Assess",
    -3: "Authorize",
    SCHEDULED: "Scheduled",
    IMPLEMENT: "Implement",
    0: "Review",
    CLOSED: "Closed",
    CANCELED: "Canceled",
}
NEXT = {-5: {-4, 4}, -4: {-3, 4}, -3: {-2, 4}, -2: {-1, 4}, -1: {0, 4}, 0: {3}, 3: set(), 4: set()}
OVER = (CLOSED, CANCELED)


def stamp(moment: datetime) -> str:
    """A date-time as rows have it: UTC, without saying so."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def paired(record: Row) -> Row:
    """A row of the Change Management API: each field as value and display value."""
    found: Row = {k: {"value": v, "display_value": str(v)} for k, v in record.items()}
    state = record["state"]
    found["state"] = {"value": float(state), "display_value": NAMES[state]}
    found["approval"]["display_value"] = str(record["approval"]).capitalize()
    return found


def picked(rows: list[Row], query: str) -> list[Row]:
    """Rows that fit; what is not understood is passed over, as an instance does."""
    for part in query.split("^"):
        if part.startswith("ORDERBY"):
            continue
        key, like, value = part.partition("LIKE")
        if not like:
            key, _, value = part.partition("=")
            rows = [row for row in rows if str(row.get(key)) == value]
        else:
            rows = [row for row in rows if value in str(row.get(key))]
    return rows


def error(detail: str, message: str = "Operation Failed") -> Row:
    """The body of a refusal."""
    return {"error": {"message": message, "detail": detail}, "status": "failure"}


NO_RECORD = Reply(
    404, error("Record doesn't exist or ACL restricts the record retrieval", "No Record found")
)
UNAUTHENTICATED = Reply(
    401, error("Required to provide Auth information", "User is not authenticated")
)
FORBIDDEN: Act = (403, error("ACL Exception Insert Failed due to security constraints"), {})
BUSY: Act = (429, error("Rate limit exceeded", "Rate limit exceeded"), {"Retry-After": "7"})

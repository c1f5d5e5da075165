"""Tables. Documents are JSON text by `codec`; what is searched by is a column."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)

SCHEMA = 22
"""The newest revision of `migrations`: that is what this version's code needs."""

metadata = MetaData()

about = Table(
    "about",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("fencing", BigInteger, nullable=False),
    Column("clock", String(64), nullable=False),  # which clock counts: see `times`
    Column("until_s", Float(53)),  # null: given up
    Column("holder", Text, nullable=False),
)

remediations = Table(
    "remediations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("controller", String(64), nullable=False, index=True),
    Column("opened", String(40), nullable=False),
    Column("closed", Boolean, nullable=False, index=True),
)

journal = Table(
    "journal",
    metadata,
    Column("remediation", String(40), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("fencing", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
    Column("event", Text, nullable=False),
)

ap_history = Table(
    "ap_history",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("mac", String(17), primary_key=True, index=True),
    Column("document", Text, nullable=False),
    Column("ethernet", String(17), index=True),  # these three: what else an AP is called
    Column("address", String(45), index=True),
    Column("name", String(128), index=True),
    Column("written_by", BigInteger),  # the poll that did, while no poll missed it since; else null
    Column("mark", String(48)),  # of what that poll said: see `sameness`; null: look closer
    Column("state", String(16)),  # these three: the spell under way, see `spells`
    Column("since", String(40)),
    Column("away_since", String(40)),  # null: it serves
)
Index(  # every poll reads these of a whole controller, and the documents of few
    "ix_ap_history_marks",
    ap_history.c.controller,
    ap_history.c.mac,
    ap_history.c.mark,
    ap_history.c.written_by,
)

ap_polls = Table(  # the newest poll of each controller that saw access points
    "ap_polls",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", String(40), nullable=False),
    Column("details_at", String(40)),  # when most of them were asked; null: by that poll itself
)

clock_notes = Table(
    "clock_notes",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("boot_id", String(64), primary_key=True),  # of the host that polled it
    Column("boottime_s", Float(53), nullable=False),
    Column("at", String(40), nullable=False),  # that host's wall clock
    Column("offset_s", Float(53), nullable=False),
    Column("uncertainty_s", Float(53), nullable=False),
    Column("synchronised", Boolean, nullable=False),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("document", Text, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("controller", String(64), nullable=False),
    Column("approver", String(128), nullable=False),
    Column("at", String(40), nullable=False),
    Column("expires", String(40), nullable=False),
)

dues = Table(
    "dues",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("id", String(40), primary_key=True),
    Column("clock", String(64), nullable=False),
    Column("at_s", Float(53), nullable=False, index=True),
    Column("nudged_s", Float(53)),  # null: not yet; in the future: somebody has it until then
    Column("why", Text, nullable=False),
    Column("correlation", String(160)),  # of the request that it goes back to
)

ticks = Table(
    "ticks",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("clock", String(64), nullable=False),
    Column("at_s", Float(53), nullable=False),
)

guardians = Table(
    "guardians",
    metadata,
    Column("who", String(255), primary_key=True),  # the process
    Column("host", String(255), nullable=False),
    Column("boot_id", String(64), nullable=False),
    Column("clock", String(64), nullable=False),
    Column("seen_s", Float(53), nullable=False),
    Column("since_s", Float(53), nullable=False),  # without a gap
)

asked_sweeps = Table(
    "asked_sweeps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", String(40), nullable=False, index=True),
    Column("asked_by", String(128), nullable=False),
    Column("controllers", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("detail", Text, nullable=False),
)

looks = Table(
    "looks",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("sweep", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Column("document", Text, nullable=False),
)

asked_plans = Table(
    "asked_plans",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", String(40), nullable=False, index=True),
    Column("asked_by", String(128), nullable=False),
    Column("controller", String(64), nullable=False),
    Column("issue", String(64)),
    Column("strategy", String(64)),
    Column("accept_suspected", Boolean, nullable=False),
    Column("save_pending", Boolean, nullable=False),
    Column("accept_reload", Boolean, nullable=False, server_default=false()),
    Column("accept_stranded", Boolean, nullable=False, server_default=false()),
    Column("state", String(16), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("expires", String(40)),
    Column("document", Text),
    Column("detail", Text, nullable=False),
)

asked_remediations = Table(
    "asked_remediations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", String(40), nullable=False, index=True),
    Column("asked_by", String(128), nullable=False),
    Column("plan", String(40), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("controller", String(64), nullable=False),
    Column("refused", Text, nullable=False),
    Column("waits", String(64), unique=True),  # the digest while it is not opened; else null
)

recalls = Table(
    "recalls",
    metadata,
    Column("remediation", String(40), primary_key=True),
    Column("asked_by", String(128), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("seen", Integer, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("role", Integer, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created", String(40), nullable=False),
    Column("expires", String(40)),
    Column("revoked", String(40)),
    Column("scope", Text),  # null: the whole fleet
    Column("last_used", String(40)),
)

containments = Table(
    "containments",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("controller", String(64), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("place", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("applied_by", String(128), nullable=False),
    Column("at", String(40), nullable=False),
    Column("lifted_by", String(128)),
    Column("lifted", String(40)),  # null while it stands
)

boxes = Table(
    "boxes",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("document", Text, nullable=False),
)

poll_notes = Table(
    "poll_notes",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("document", Text, nullable=False),
)

poll_trail = Table(
    "poll_trail",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("sweep", String(40), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("document", Text, nullable=False),
)

poll_turns = Table(
    "poll_turns",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("grade", String(16), nullable=False),
    Column("busy_s", Float(53), nullable=False),
    Column("answer_s", Float(53), nullable=False),
    Column("usual_s", Float(53), nullable=False),
    Column("strained", Integer, nullable=False),
    Column("clock", String(64), nullable=False),
    Column("at_s", Float(53), nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("who", String(128), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("at", String(40), nullable=False, index=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer),
    Column("location", Text, nullable=False),
    Column("body", Text, nullable=False),
)

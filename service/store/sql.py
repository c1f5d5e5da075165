"""The store on SQLAlchemy Core: composes its parts over one engine."""

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from service.errors import StoreError
from service.ports.clock import Clock
from service.store.approvals import ApprovalTable
from service.store.audits import AuditTable
from service.store.campaigns import CampaignTables
from service.store.connecting import postgresql_engine
from service.store.containments import ContainmentTable
from service.store.deliveries import DeliveryTable
from service.store.dues import DueTable
from service.store.events import EventTables
from service.store.evidence import EvidenceTable
from service.store.failings import FailingTable
from service.store.fleet_view import FleetViewTables
from service.store.guardians import GuardianTable
from service.store.halts import HaltTable
from service.store.journals import JournalTables
from service.store.leases import LeaseTable
from service.store.marks import MarkTable
from service.store.notices import NoticeTables
from service.store.observations import ObservationTables
from service.store.opening import prepare
from service.store.plans import AskedRemediationTable, PlanTable
from service.store.polls import PollTable
from service.store.signals import SignalTables
from service.store.slots import SlotTable
from service.store.spells import SpellTable
from service.store.stream import StreamTable
from service.store.sweeps import SweepTables
from service.store.telling import TellingTable
from service.store.tickets import TicketTables
from service.store.times import BootTime, ServerTime, StoreTime
from service.store.tokens import AnswerTable, TokenTable
from service.store.trail import TrailTable
from service.store.transactions import FLEETING, ONLY_READS, reason
from service.store.visits import VisitTable
from service.store.webhooks import WebhookTable

BUSY_TIMEOUT_S = 30
LOG_PAGES = 8_000
"""Of 4 KiB: what is written goes from the log into the tables in lots, not with every fourth poll
of a thousand new access points."""


class SqlStore(
    LeaseTable,
    JournalTables,
    ObservationTables,
    PollTable,
    SpellTable,
    TrailTable,
    ApprovalTable,
    DueTable,
    SweepTables,
    PlanTable,
    AskedRemediationTable,
    TokenTable,
    AnswerTable,
    GuardianTable,
    ContainmentTable,
    MarkTable,
    HaltTable,
    CampaignTables,
    FailingTable,
    SlotTable,
    EventTables,
    AuditTable,
    WebhookTable,
    DeliveryTable,
    TellingTable,
    EvidenceTable,
    TicketTables,
    NoticeTables,
    SignalTables,
    FleetViewTables,
    VisitTable,
    StreamTable,
):
    """Everything that outlives a process, in one database."""

    def __init__(self, url: str, clock: Clock, *, time: StoreTime | None = None) -> None:
        """Open or make the database.

        Args:
            url: for SQLAlchemy.
            clock: this host's; a SQLite file counts on it.
            time: what to count on instead of what suits the database.

        Raises:
            StoreError: it cannot be opened, or is of a newer aprejoin.
        """
        try:
            self.url = make_url(url).render_as_string(hide_password=True)
            engine = engine_of(url)
        except (SQLAlchemyError, OSError) as err:
            raise StoreError(f"the database cannot be opened: {err}") from err
        counted = ServerTime() if engine.dialect.name == "postgresql" else BootTime(clock)
        super().__init__(engine, time or counted)
        try:
            prepare(self._engine)
        except SQLAlchemyError as err:
            self.close()
            raise StoreError(f"{self.url}: cannot be opened: {reason(err)}") from err
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()


def engine_of(url: str) -> Engine:
    """An engine as stores use it; nothing is opened yet."""
    return _sqlite_engine(url) if url.startswith("sqlite") else postgresql_engine(url)


def _sqlite_engine(url: str) -> Engine:
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: object, _record: object) -> None:
    """Readers never block the writer, nor wait for it."""
    raw = connection
    raw.isolation_level = None  # type: ignore[attr-defined]  # we begin transactions ourselves
    cursor = raw.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Who may write takes the lock at the start, so that read-then-write never fails half-way."""
    options = connection.get_execution_options()
    if options.get(ONLY_READS):
        connection.exec_driver_sql("BEGIN")
        return
    durable = "NORMAL" if options.get(FLEETING) else "FULL"
    connection.exec_driver_sql(f"PRAGMA synchronous={durable}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")

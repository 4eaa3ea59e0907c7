"""PostgreSQL by psycopg 3: the pool, and its errors in words."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

from sqlalchemy import (
    ARRAY,
    URL,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import Insert

from bot.errors import StoreError
from bot.storage import schema
from bot.storage.dialects import Engines, Words

WRITERS = 2
READERS = 3
CONNECT_S = 10
SCHEMA_LOCK = 0x6761_7A65  # "gaze": any number will do, as long as it is always this one
CATALOG_LOCK = SCHEMA_LOCK + 1

FROZEN_S = 60
"""A process that stands still within a transaction keeps others from its rows no longer than this."""

_LOCK_EDITION = (
    select(schema.edition.c.id).where(schema.edition.c.id == bindparam("of")).with_for_update()
)


def engines(url: URL, busy_s: float) -> Engines:
    """Two small pools; reads see one moment. No statement waits longer than `busy_s` for a lock."""
    if find_spec("psycopg") is None:
        raise StoreError("PostgreSQL needs a driver: pip install 'gazette-digest[postgresql]'")
    if "@" in (url.host or ""):
        raise StoreError("the password in DATABASE_URL has an @ in it; write that as %40")
    return Engines(
        writer=_engine(url, busy_s, is_reader=False),
        reader=_engine(url, busy_s, is_reader=True),
        writers=WRITERS,
        readers=READERS,
    )


def lock_schema(connection: Connection) -> None:
    """Lets one migration in at a time, until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": SCHEMA_LOCK})


def lock_catalog(connection: Connection) -> None:
    """Lets one intake in at a time: its rows are numbered by looking at the last."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": CATALOG_LOCK})


def lock_edition(connection: Connection, edition_id: int) -> None:
    """Its row is whoever moves a post's first."""
    connection.execute(_LOCK_EDITION, {"of": edition_id})


def database_time(connection: Connection, _now: datetime) -> datetime:
    """The server's: machines that share a database need not share a clock."""
    at: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return at.astimezone(UTC)


def insert(into: Table) -> Insert:
    """An INSERT that knows ON CONFLICT."""
    return Insert(into)


def write_rows(connection: Connection, into: Table, rows: Iterable[Any]) -> None:
    """By COPY."""
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(each.name) for each in into.c)
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {quote(into.name)} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def listed(values: Sequence[str] | Sequence[int]) -> TableValuedAlias:
    """One array."""
    kind = BigInteger if values and isinstance(values[0], int) else Text
    return (
        func.unnest(bindparam(None, values, ARRAY(kind()))).table_valued("value").render_derived()
    )


def contains(text: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Whether a text has this part."""
    return func.strpos(text, part) > 0


_VECTOR = "array_to_tsvector(string_to_array(words, ' '))"


def create_full_text(connection: Connection) -> None:
    """The index of words."""
    connection.exec_driver_sql(
        f"CREATE INDEX ix_article_words ON article USING gin (({_VECTOR})) WHERE gone_at IS NULL"
    )


def add_words(_connection: Connection, _articles: Sequence[int]) -> None:
    """Nothing to do: the index follows its table."""


drop_words = add_words


def newest_with(connection: Connection, wanted: Words, limit: int | None) -> Sequence[int]:
    """All hits first, then the newest: of rare words the planner thinks them frequent."""
    parts = [f"'{prefix}':*" for prefix in wanted.prefixes]
    if wanted.marks:
        parts.append("(" + " | ".join(f"'{mark}'" for mark in wanted.marks) + ")")
    article = schema.article.c
    query = select(article.number, article.id, article.published_at).where(
        schema.IS_LIVE,
        text(f"{_VECTOR} @@ CAST(:words AS tsquery)").bindparams(words=" & ".join(parts)),
    )
    if wanted.since is not None:
        query = query.where(article.published_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(article.published_at <= wanted.until)
    hit = query.cte("hit").prefix_with("MATERIALIZED")
    newest = select(hit.c.number).order_by(hit.c.published_at.desc(), hit.c.id).limit(limit)
    return connection.scalars(newest).all()


def settle(connection: Connection) -> None:
    """Counts for the planner what nobody has counted yet; later changes are the server's own care."""
    never = "SELECT reltuples <= 0 FROM pg_class WHERE oid = 'article'::regclass"
    if connection.scalar(text(never)):
        connection.exec_driver_sql("ANALYZE article, article_topic")


def explain(error: BaseException, url: URL) -> str:
    """What went wrong at this server and what to do. Names host and database, nothing secret."""
    place = f"the database {url.database} at {url.host or url.query.get('host') or 'localhost'}"
    state = getattr(error, "sqlstate", None) or ""
    said = str(error)
    for code, sign, words in _WORDS:
        if (code and state.startswith(code)) if state else (sign and sign in said):
            return f"{place} {words}"
    return f"{place} failed ({state or type(error).__name__}); the server's own log says why"


def _engine(url: URL, busy_s: float, *, is_reader: bool) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        isolation_level="REPEATABLE READ" if is_reader else "READ COMMITTED",
        pool_size=READERS if is_reader else WRITERS,
        max_overflow=0,
        pool_pre_ping=True,  # a server that was restarted is noticed before a transaction is lost
        connect_args={"connect_timeout": CONNECT_S},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        wait = f"{max(1, round(busy_s * 1000))}ms"
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (wait,))
        connection.execute(_LIMIT_IDLENESS, (f"{FROZEN_S}s",))
        connection.commit()
        if is_reader:
            connection.read_only = True
            # A plan for any word at all would be right for none
            connection.prepare_threshold = None

    return engine


# Where the operator has set no limit
_LIMIT_IDLENESS = """
    SELECT set_config(name, %s, false) FROM pg_settings
    WHERE name = 'idle_in_transaction_session_timeout' AND setting = '0'
    """

# SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), and what a refused
# connection says, which has no SQLSTATE in libpq
_WORDS = (
    ("28", "authentication failed", "refuses this user or password; check both in DATABASE_URL"),
    ("3D000", "does not exist", "is not there, or the user is not; check both in DATABASE_URL"),
    ("25006", "", "can't be written, it is read-only; name the primary server"),
    ("42501", "permission denied", "does not let this user do that; grant it its schema's rights"),
    ("42P07", "", "has tables of another program in it; name another one"),
    ("53100", "", "can't grow, its disk is full; make room, then try again"),
    ("53200", "", "has no memory left; give its server more, then try again"),
    ("53300", "too many", "has no connection left; close others or raise max_connections"),
    ("55P03", "", "is held by another program; wait for it or end it, then try again"),
    ("57014", "", "ended this by hand or by a time limit; try again"),
    ("58", "", "can't read or write its disk; look into the server's log, then try again"),
    ("40", "", "was busy with the same rows; try again"),
    ("57P", "", "is being stopped or started; try again"),
    ("", "connection", "can't be reached; check that it runs and that DATABASE_URL is right"),
    ("", "closed", "can't be reached; check that it runs and that DATABASE_URL is right"),
)

"""The tables of a new database, of one that migrations made, and of one that Gazette 0.1 left."""

import re
import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.catalog.filters import ArticleFilter
from bot.catalog.ports import FileMark
from bot.model.article import Image, Provider, RelatedLink
from bot.model.problem import ArticleProblem
from bot.model.topic import Topic
from bot.storage import dialects, schema, tables
from bot.storage.catalog import Catalog
from bot.storage.database import _parse
from bot.storage.schema import stored_time
from tests.support.builders import make_article, make_read
from tests.support.catalog import EVERYTHING, apply, ids
from tests.support.clock import START

PARTIAL = {each.split()[2] for each in schema.PARTIAL_INDEXES}

# All that may be told of a table, its indexes and constraints; texts without white space and quotes
SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
POSTGRESQL = (
    """
    SELECT c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attcollation::regcollation::text, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY 1, 3
    """,
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2
    """,
    "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
)


def migrated(url, to=tables.HEAD):
    """A database that migrations made, step by step."""
    address = _parse(url)
    engines = dialects.dialect(address.get_backend_name()).engines(address, 5)
    with engines.writer.begin() as connection:
        tables.migrate(connection, to)
    for engine in (engines.writer, engines.reader):
        engine.dispose()


def described(connection):
    if connection.dialect.name == "postgresql":
        return [tuple(row) for each in POSTGRESQL for row in connection.execute(text(each))]
    return [
        (*row[:3], re.sub(r"""[\s"]+""", "", row.sql or ""))
        for row in connection.execute(text(SQLITE))
    ]


async def test_a_new_database_is_what_all_migrations_make(empty_url, open_database, request):
    fresh = request.getfixturevalue(f"{_parse(empty_url).get_backend_name()}_url")
    migrated(empty_url)
    found, expected = [
        await open_database(url).run(described, write=False) for url in (fresh, empty_url)
    ]
    assert found == expected
    assert len(expected) > 40


async def test_a_new_database_has_the_tables_of_the_schema(database):
    def is_ours(_thing, name, kind, *_):
        return not (kind == "table" and name.startswith("article_words")) and name not in PARTIAL

    def differences(connection):
        options = {"compare_type": False, "include_object": is_ours}
        return compare_metadata(
            MigrationContext.configure(connection, opts=options), schema.metadata
        )

    found = await database.run(differences, write=False)
    assert [each for each in found if "ix_article_words" not in repr(each)] == []


async def test_columns_are_typed_as_the_schema_says(database):
    def found(connection):
        inspector = inspect(connection)
        return {
            (table.name, column["name"]): (
                column["type"].compile(connection.dialect),
                table.c[column["name"]].type.compile(connection.dialect),
            )
            for table in schema.metadata.sorted_tables
            for column in inspector.get_columns(table.name)
        }

    types = await database.run(found, write=False)
    assert {name: each for name, each in types.items() if each[0] != each[1]} == {}


def test_the_revisions_known_are_those_there_are():
    config = Config()
    config.set_main_option(
        "script_location", f"{tables.__file__.removesuffix('tables.py')}migrations"
    )
    scripts = ScriptDirectory.from_config(config)
    there = [each.revision for each in scripts.walk_revisions()]
    assert list(reversed(there)) == list(tables.REVISIONS)
    assert scripts.get_current_head() == tables.HEAD


def test_neither_a_new_database_nor_a_current_one_takes_alembic(tmp_path):
    """Nor the other database, nor what reads the ledger: each is slow to import."""
    code = f"""
import sys
from bot.storage.catalog import Catalog
from bot.storage.database import Database
for _ in range(2):
    Database.open("sqlite:///{tmp_path / "new.db"}").close()
slow = ("alembic", "pydantic", "sqlalchemy.dialects.postgresql", "bot.storage.documents")
print([each for each in slow if each in sys.modules])
"""
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "[]\n"


LINK = {
    "number": 7,
    "hash": "old",
    "title": "Linked",
    "url": "https://r.example/1",
    "provider_name": "r.example",
    "provider_domain": "r.example",
    "published_at": None,
    "quality": 5,
    "kind": "article",
}


def _old_article(number, article, *, path, gone_at=None):
    return {
        "number": number,
        "id": article.id,
        "short_id": article.short_id,
        "source": "news",
        "path": path,
        "title": article.title,
        "url": article.url,
        "canonical_url": "x",
        "excerpt": article.excerpt,
        "published_at": stored_time(article.published_at),
        "is_dated": True,
        "quality": article.quality,
        "is_published": article.is_published,
        "is_removed": article.is_removed,
        "kind": article.kind,
        "provider_name": article.provider.name,
        "provider_domain": article.provider.domain,
        "topics": '["Azure","AI"]',
        "images": '[{"url":"https://i.example/1.png","alt":"a","width":1,"height":null}]',
        "related_count": 1,
        "is_stale": False,
        "first_seen_at": 5,
        "gone_at": gone_at,
    }


def _fill_old(connection, articles):
    def insert(table, *rows):
        names = ", ".join(rows[0])
        marks = ", ".join(f":{name}" for name in rows[0])
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), list(rows))

    file = {"source": "news", "size": 1, "mtime_ns": 2, "sha256": "d", "problems": "[]"}
    problem = '[{"path":"bad.md","line":3,"what":"w","mend":"m","level":"error"}]'
    insert(
        "file",
        {**file, "path": "_news/a.md"},
        {**file, "path": "_data/topics/t.yaml"},
        {**file, "path": "bad.md", "problems": problem},
    )
    insert(
        "topic", {"source": "news", "position": 0, "name": "T", "aliases": "[]", "keywords": "[]"}
    )
    insert("article", *articles)
    insert("related_link", LINK)
    insert("article_related", *({"article": n, "position": 0, "link": 7} for n in (1, 2)))
    topic = {"published_at": articles[0]["published_at"], "quality": 70}
    insert(
        "article_topic",
        *(
            {"article": n, "topic": name.casefold(), "spelling": name, **topic}
            for n in (1, 2)
            for name in ("Azure", "AI")
        ),
    )


async def test_what_an_old_database_holds_survives(empty_url, open_database):
    fields = {
        "topics": ("Azure", "AI"),
        "images": (Image("https://i.example/1.png", "a", 1),),
        "related_count": 1,
    }
    live = make_article("news:_news/a", title="Café", **fields)
    gone = make_article("news:b", provider=Provider("b.example", "b.example"), **fields)
    migrated(empty_url, "0001")
    old = (
        _old_article(1, live, path="_news/a.md"),
        _old_article(2, gone, path="b.md", gone_at=stored_time(START)),
    )
    address = _parse(empty_url)
    engine = dialects.dialect(address.get_backend_name()).engines(address, 5).writer
    with engine.begin() as connection:
        _fill_old(connection, old)
    engine.dispose()

    catalog = Catalog(open_database(empty_url))
    assert await catalog.search(EVERYTHING) == [live]
    assert await catalog.by_short_id(gone.short_id) == gone
    assert await ids(catalog, ArticleFilter(words=("cafe",), limit=3)) == [live.id]
    assert await ids(catalog, ArticleFilter(frozenset({"ai"}), words=("cafe",))) == [live.id]
    link = RelatedLink("Linked", "https://r.example/1", Provider("r.example", "r.example"), None, 5)
    expected = {each.id: (link,) for each in (live, gone)}
    assert await catalog.related([live.id, gone.id]) == expected
    assert await catalog.problems("news") == [ArticleProblem("bad.md", 3, "w", "m")]
    assert [topic.name for topic in await catalog.taxonomy()] == ["AI", "Azure"]
    assert await catalog.folders_with_articles("news", ["_news", ""]) == {"_news"}
    assert await catalog.state("news") is None
    empty = [FileMark(path, 0, 0, "") for path in ("_data/topics/t.yaml", "bad.md")]
    known = {"_news/a.md": FileMark("_news/a.md", 1, 2, "d")}
    assert await catalog.marks("news") == known | {each.path: each for each in empty}

    # and it goes on as any other
    await apply(
        catalog,
        make_read(make_article("news:c"), [link]),
        make_read(path="_data/topics/t.yaml", topic=Topic("T")),
    )
    assert await ids(catalog) == ["news:_news/a", "news:c"]
    names = await open_database(empty_url).run(
        lambda each: each.scalar(text("SELECT count(*) FROM related_link")), write=False
    )
    assert names == 1
    await apply(catalog, make_read(live, path="_news/a.md"), make_read(gone))
    assert await ids(catalog, ArticleFilter(words=("title",))) == ["news:b", "news:c"]


async def test_a_database_of_the_first_version_is_migrated_when_it_is_opened(
    empty_url, open_database
):
    migrated(empty_url, "0001")
    statement = text("SELECT version_num FROM alembic_version")
    revision = await open_database(empty_url).run(lambda each: each.scalar(statement), write=False)
    assert revision == tables.HEAD

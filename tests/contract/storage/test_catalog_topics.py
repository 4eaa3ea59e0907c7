"""The topics of the catalog: of topic files, and those that articles name."""

import random
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, select

from bot.catalog.filters import ArticleFilter
from bot.model.problem import ArticleProblem
from bot.model.topic import Topic, fold
from bot.storage import schema
from bot.storage.catalog import Catalog
from tests.support.builders import make_article, make_read
from tests.support.catalog import EVERYTHING, apply, ids
from tests.support.clock import START

HOUR = timedelta(hours=1)
TOPICS = ("Azure", "AZURE", "AI", "IoT", "iot")


async def test_topics_of_files_come_first_by_source_and_path_with_all_they_say(catalog):
    zebra = Topic("Zebra", aliases=("zb", "stripes"), keywords=("black", "white"))
    azure = Topic("Azure", parent="Zebra")
    await apply(
        catalog,
        make_read(path="_data/topics/b.yaml", topic=azure),
        make_read(path="_data/topics/a.yaml", topic=zebra),
        make_read(path="_data/topics/B.yaml", topic=Topic("Upper")),
    )
    await apply(catalog, make_read(path="x.yaml", topic=Topic("Desk")), source="desk")
    await apply(catalog, make_read(make_article(topics=("Named", "AZURE"))))
    expected = [Topic("Desk"), Topic("Upper"), zebra, azure, Topic("Named")]
    assert list(await catalog.taxonomy()) == expected


async def test_a_topic_file_read_again_replaces_its_topic(catalog):
    for name in ("Old", "New"):
        await apply(catalog, make_read(path="a.yaml", topic=Topic(name)))
    assert list(await catalog.taxonomy()) == [Topic("New")]


async def test_a_refused_topic_file_keeps_its_last_good_topic(catalog):
    await apply(catalog, make_read(path="a.yaml", topic=Topic("Good", aliases=("g",))))
    problem = ArticleProblem("a.yaml", 1, "what", "mend")
    await apply(catalog, make_read(path="a.yaml", problems=(problem,)))
    assert list(await catalog.taxonomy()) == [Topic("Good", aliases=("g",))]
    assert await catalog.problems("news") == [problem]


async def test_a_topic_goes_with_its_file(catalog):
    await apply(catalog, make_read(path="a.yaml", topic=Topic("A")))
    await apply(catalog, make_read(path="a.yaml", topic=Topic("Desk A")), source="desk")
    await apply(catalog, gone=["a.yaml"])
    assert list(await catalog.taxonomy()) == [Topic("Desk A")]
    assert await catalog.marks("news") == {}


async def test_named_topics_stand_by_frequency_then_name_as_mostly_spelt(catalog):
    named = [("rare",), ("Beta", "IoT"), ("beta", "IOT"), ("alpha", "IoT"), ("Alpha",)]
    await apply(
        catalog,
        *(make_read(make_article(f"news:{n}", topics=each)) for n, each in enumerate(named)),
    )
    names = [topic.name for topic in await catalog.taxonomy()]
    assert names == ["IoT", "Alpha", "Beta", "rare"]


async def test_an_alias_of_a_topic_file_stays_an_alias(catalog):
    azure = Topic("Azure", aliases=("MS Azure",))
    await apply(catalog, make_read(path="a.yaml", topic=azure))
    await apply(catalog, make_read(make_article(topics=("ms azure",))))
    taxonomy = await catalog.taxonomy()
    assert [topic.name for topic in taxonomy] == ["Azure"]
    assert taxonomy.expand("Azure") == {"azure", "ms azure"}


async def test_topics_that_only_gone_articles_name_are_gone(catalog):
    await apply(catalog, make_read(make_article(topics=("Once",))))
    await apply(catalog, gone=["one.md"])
    assert list(await catalog.taxonomy()) == []


async def test_topics_come_back_with_their_article_even_if_its_file_is_bad(catalog):
    await apply(catalog, make_read(make_article(topics=("Once", "Azure"))))
    await apply(catalog, gone=["one.md"])
    await apply(catalog, make_read(path="one.md"))
    assert {topic.name for topic in await catalog.taxonomy()} == {"Once", "Azure"}
    assert await ids(catalog, ArticleFilter(frozenset({"once"}))) == ["news:one"]


async def test_frequencies_are_right_after_any_changes(catalog, database):
    chance = random.Random(4)
    for turn in range(60):
        some = chance.sample(range(12), 3)
        read = [
            make_read(make_article(f"news:{n}", topics=tuple(chance.sample(TOPICS, 2))))
            if chance.random() < 0.7
            else make_read(path=f"{n}.md")
            for n in some
        ]
        gone = [f"{n}.md" for n in chance.sample(range(12), 2)]
        await apply(catalog, *read, gone=gone, at=START + turn * HOUR)
    t, named = schema.topic_spelling.c, schema.article_topic.c
    counted = select(named.topic, named.spelling, func.count()).group_by(
        named.topic, named.spelling
    )
    kept = select(t.topic, t.spelling, t.articles).where(t.articles != 0)
    live = {(fold(name), name) for a in await catalog.search(EVERYTHING) for name in a.topics}
    found = [
        sorted(map(tuple, await database.run(lambda c, q=q: c.execute(q).all(), write=False)))
        for q in (counted, kept)
    ]
    assert found[0] == found[1]
    assert {each[:2] for each in found[0]} == live


async def test_names_stand_by_code_point_whatever_the_servers_language(postgresql, open_database):
    create = "CREATE DATABASE {} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'"
    try:
        postgresql.execute(create, "english")
    except (psycopg.errors.SyntaxError, psycopg.errors.FeatureNotSupported):
        pytest.skip("this PostgreSQL is older than 15 or built without ICU")
    catalog = Catalog(open_database(postgresql.url("english")))
    names = ("B", "_a", "a", "é")
    await apply(catalog, *(make_read(make_article(f"news:{each}", topics=())) for each in names))
    await apply(catalog, *(make_read(path=each, topic=Topic(f"T {each}")) for each in names))
    assert await ids(catalog) == [f"news:{each}" for each in names]
    assert [topic.name for topic in await catalog.taxonomy()] == [f"T {each}" for each in names]

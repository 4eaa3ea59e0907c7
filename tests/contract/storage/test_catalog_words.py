"""Articles by words: prefixes of words in title and excerpt, the same on every database."""

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.catalog.filters import ArticleFilter
from bot.storage import searching
from bot.storage.words import fold_words
from tests.support.builders import make_article, make_read
from tests.support.catalog import apply, ids
from tests.support.clock import START

HOUR = timedelta(hours=1)


def by(*words, **others):
    return ArticleFilter(words=words, **others)


async def found(catalog, title, *words):
    """Whether an article of this title is; among the newest and by the index alike."""
    await apply(catalog, make_read(make_article(title=title, excerpt="")))
    answers = [await ids(catalog, by(*words, limit=limit)) for limit in (None, 1)]
    assert answers[0] == answers[1]
    return answers[0] == ["news:one"]


async def check(database):
    """Compares SQLite's index of words with the articles (PostgreSQL keeps its own indexes)."""
    statement = text(
        "INSERT INTO article_words (article_words, rank) VALUES ('integrity-check', 1)"
    )
    if database._url.get_backend_name() == "sqlite":
        await database.run(lambda each: each.execute(statement), write=True)


class TestWords:
    @pytest.mark.parametrize(
        ("title", "words"),
        [
            ("Azure Functions", ["azur"]),
            ("Azure Functions", ["FUNC", "aZuRe"]),
            ("Crème brûlée in Straßburg", ["creme", "STRASSBURG"]),
            ("Creme brulee in Strassburg", ["Crème", "straß"]),
            ("İstanbul", ["istanbul"]),
            ("Кафе и ёлка", ["ЕЛК"]),
            ("“Quoted”—dashed…ends", ["dash", "end"]),
            ("E-mail, C++ and .NET", ["e-mail", "c++", ".net"]),
            ("foo_bar", ["bar"]),
            ("微软发布新云", ["新云"]),
            ("マイクロソフト", ["ソフト"]),
            ("ﬁne ① x²", ["fine", "1", "x2"]),
            ("한국어", ["한"]),
            ("a" * 2060, ["a" * 300]),
            ("emoji 👩‍🚀 here", ["here", "👩‍🚀"]),
        ],
    )
    async def test_a_word_is_found_by_how_it_begins(self, catalog, title, words):
        assert await found(catalog, title, *words)

    @pytest.mark.parametrize(
        ("title", "words"),
        [
            ("Azure Functions", ["zure"]),
            ("Azure Functions", ["azure", "missing"]),
            ("Azure Functions", ["azurefunctions"]),
            ("Azure", ["azures"]),
            ("Azure", ["一"]),
        ],
    )
    async def test_every_word_must_begin_one(self, catalog, title, words):
        assert not await found(catalog, title, *words)

    async def test_the_excerpt_counts_as_the_title_does_and_topics_do_not(self, catalog):
        article = make_article(title="One", excerpt="Two", topics=("Three", "Deux"))
        await apply(catalog, make_read(article))
        assert await ids(catalog, by("on", "tw")) == ["news:one"]
        assert await ids(catalog, by("three")) == []

    @pytest.mark.parametrize("words", [(), ("",), ("…", "👩‍🚀", " - ", "&|!", '"')])
    async def test_what_has_no_letter_asks_for_nothing(self, catalog, words):
        await apply(catalog, make_read(make_article()))
        assert await ids(catalog, by(*words)) == ["news:one"]

    @pytest.mark.parametrize(
        "words",
        [
            ('"azure"',),
            ("azure*",),
            ("azure AND functions",),
            ("azure", "OR", "functions"),
            ("NEAR(azure functions, 5)",),
            ("words:azure",),
            ("-azure",),
            ("azure & !functions",),
            ("'azure':*", "a' | 'b"),
            ("(azure",),
            ("^azure", "azure\\"),
            ("azure'); DROP TABLE article; --",),
            ("%zure", "_zure", "%"),
            ("\x00azure", "azure\ud800"),
            ("azure " * 400,),
            tuple(f"w{n}" for n in range(500)),
        ],
        ids=lambda each: repr(each[:2])[:30],
    )
    async def test_no_word_is_an_operator(self, catalog, words):
        """It asks for its letters and digits, whatever stands around them."""
        asked = {word for each in words for word in fold_words(each)}
        await apply(
            catalog,
            make_read(make_article("news:all", title=" ".join(sorted(asked)))),
            make_read(make_article("news:azure", title="Azure", excerpt="")),
            make_read(make_article("news:none", title="Quite another", excerpt="")),
        )
        expected = ["news:all", "news:azure"] if asked == {"azure"} else ["news:all"]
        assert await ids(catalog, by(*words)) == expected
        assert await ids(catalog, by(*words, limit=9)) == expected

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.text(max_size=12), max_size=4))
    async def test_any_text_can_be_asked_for(self, catalog, words):
        for limit in (None, 3):
            assert await ids(catalog, by(*words, limit=limit)) == []


class TestOrder:
    @pytest.fixture(params=[0, searching.FEW], ids=["index", "newest"], autouse=True)
    def few(self, request, monkeypatch):
        """All limits here are asked of the index too, which alone answers large ones."""
        monkeypatch.setattr(searching, "FEW", request.param)

    async def fill(self, catalog, articles):
        """Half of them on whole hours, so that many share their time."""
        chance = random.Random(1)
        made = []
        for _ in range(articles):
            words = [f"word{chance.randrange(20)}" for _ in range(3)]
            at = START - chance.randrange(articles // 2) * HOUR
            at += timedelta(microseconds=chance.choice((0, 0, 1, 500_000)))
            topics = tuple(chance.sample(("Azure", "AI", "IoT"), 2))
            made.append(
                make_article(
                    f"news:{chance.random()}",
                    title=" ".join(words),
                    excerpt="common",
                    published_at=at,
                    topics=topics,
                )
            )
            if len(made) % 50 == 0:
                await apply(catalog, *map(make_read, made[-50:]))
        return sorted(made, key=lambda each: (-each.published_at.timestamp(), each.id))

    async def test_the_newest_that_match_are_found_whatever_the_limit(self, catalog):
        articles = await self.fill(catalog, 200)
        for prefix in ("common", "word1", "word13", ""):
            for topics in (None, frozenset({"azure"}), frozenset({"ai", "iot"})):
                expected = [
                    each.id
                    for each in articles
                    if any(word.startswith(prefix) for word in f"{each.title} common".split())
                    and (topics is None or {t.casefold() for t in each.topics} & topics)
                ]
                for limit in (None, 1, 7, 60, 2000):
                    wanted = by(prefix, topics=topics, limit=limit)
                    assert await ids(catalog, wanted) == expected[:limit], wanted

    async def test_times_bound_what_is_found_to_the_microsecond(self, catalog):
        articles = await self.fill(catalog, 100)
        times = sorted({each.published_at for each in articles})
        for since, until in ((times[3], times[-3]), (times[10], times[10]), (times[0], times[2])):
            expected = [each.id for each in articles if since <= each.published_at <= until]
            for limit in (None, 5, 3000):
                for words in (("common",), ()):
                    wanted = by(*words, published_from=since, published_until=until, limit=limit)
                    assert await ids(catalog, wanted) == expected[:limit]

    async def test_a_rare_word_is_found_however_old_and_in_any_topic(self, catalog):
        old, new = (
            make_article(f"news:{name}", title="Unique", published_at=START - hours * HOUR)
            for name, hours in (("old", 9000), ("new", 0))
        )
        common = (make_article(f"news:{n}", excerpt="common") for n in range(1500))
        await apply(catalog, *map(make_read, (old, new, *common)))
        for topics in (None, frozenset({"azure"}), frozenset({"azure", "ai"})):
            for limit, expected in ((1, ["news:new"]), (2, ["news:new", "news:old"])):
                assert await ids(catalog, by("uniq", topics=topics, limit=limit)) == expected
        assert await ids(catalog, by("uniq", topics=frozenset({"ai"}), limit=1)) == []
        assert await ids(catalog, by("uniq", topics=frozenset(), limit=1)) == []

    async def test_before_1970_and_far_away_times_are_in_order(self, catalog):
        years = (1, 1900, 1969, 1970, 2024, 9999)
        made = [make_article(f"news:{y}", published_at=START.replace(year=y)) for y in years]
        await apply(catalog, *map(make_read, made))
        for limit in (None, 6, 3000):
            expected = [f"news:{year}" for year in reversed(years)]
            assert await ids(catalog, by("title", limit=limit)) == expected


class TestNoGhosts:
    async def test_a_text_read_again_leaves_none_of_its_old_words(self, catalog, database):
        for title in ("First words", "First words", "Second"):
            await apply(catalog, make_read(make_article(title=title, excerpt="")))
            await check(database)
        assert await ids(catalog, by("first")) == []
        assert await ids(catalog, by("second")) == ["news:one"]

    async def test_words_go_and_come_back_with_their_article(self, catalog, database):
        await apply(catalog, make_read(make_article()))
        for change, expected in (
            ({"gone": ["one.md"]}, []),
            ({"gone": ["one.md"]}, []),
            ({"read": make_read(path="one.md")}, ["news:one"]),
            ({"read": make_read(path="one.md")}, ["news:one"]),
            ({"gone": ["one.md"]}, []),
            ({"read": make_read(make_article(published_at=START))}, ["news:one"]),
        ):
            read = [change["read"]] if "read" in change else []
            await apply(catalog, *read, gone=change.get("gone", ()))
            await check(database)
            assert await ids(catalog, by("title")) == expected
            assert await ids(catalog, by("title", limit=2000)) == expected

    async def test_any_changes_leave_the_index_whole(self, catalog, database):
        chance = random.Random(2)
        for turn in range(40):
            read = [
                make_read(
                    make_article(
                        f"news:{n}",
                        title=f"w{chance.randrange(5)}",
                        published_at=START - chance.randrange(9) * HOUR,
                    ),
                    is_dated=chance.random() < 0.5,
                )
                if chance.random() < 0.7
                else make_read(path=f"{n}.md")
                for n in chance.sample(range(15), 4)
            ]
            gone = [f"{n}.md" for n in chance.sample(range(15), 2)]
            await apply(catalog, *read, gone=gone, at=START + turn * HOUR)
            await check(database)
            shown = await catalog.search(ArticleFilter())
            for n in range(5):
                titled = [each.id for each in shown if each.title == f"w{n}"]
                assert await ids(catalog, by(f"w{n}", limit=2000)) == titled

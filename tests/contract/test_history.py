"""A repository's history replayed: what grew commit by commit equals what is taken in at once."""

import pytest
from sqlalchemy import select

from bot.catalog.filters import ArticleFilter
from bot.ingest import sync as module
from bot.ingest.git import Mirror
from bot.model.source import Remote
from bot.storage import schema
from bot.storage.catalog import Catalog
from bot.storage.database import Database
from tests.support.clock import START
from tests.support.history import History
from tests.support.proof import times
from tests.support.repository import Repository

COMMITS = times(30, 300)


@pytest.fixture
def opened(tmp_path):
    databases = []

    def open_(name):
        databases.append(Database.open(f"sqlite:///{tmp_path / name}.db"))
        return databases[-1]

    yield open_
    for database in databases:
        database.close()


async def take_in(database, repository, mirror):
    place = Mirror(Remote(repository.url, "main"), mirror)
    return await module.sync("news", place, Catalog(database), START)


async def rows(database, *columns):
    found = await database.run(lambda each: each.execute(select(*columns)).all(), write=False)
    return sorted(map(tuple, found))


async def dump(database):
    """Everything a reader or an editor can see of the catalog."""
    catalog = Catalog(database)
    articles = await catalog.search(ArticleFilter())
    found = [await catalog.search(ArticleFilter(words=(word,))) for word in ("story", "azu", "7")]
    topic, provider = schema.topic.c, schema.provider.c
    return {
        "articles": articles,
        "related": await catalog.related([article.id for article in articles]),
        "words": found,
        "topics": await rows(database, topic.path, topic.name, topic.parent, topic.aliases),
        "taxonomy": [*(await catalog.taxonomy())],
        "providers": await rows(database, provider.path, provider.name, provider.domain),
        "marks": await catalog.marks("news"),
        "state": await catalog.state("news"),
        "problems": await catalog.problems("news"),
        "pages": await catalog.pages("news"),
    }


@pytest.mark.timeout(times(120, 1_200))
async def test_a_catalog_that_grew_with_its_repository_is_the_one_taken_in_at_once(
    opened, tmp_path
):
    repository = Repository(tmp_path / "remote.git")
    history = History(repository, seed=20_200_924)
    grown, steps = opened("grown"), []
    for number in range(COMMITS):
        steps.append(history.step())
        report = await take_in(grown, repository, tmp_path / "grown.git")
        fresh = opened(f"fresh{number}")
        whole = await take_in(fresh, repository, tmp_path / f"fresh{number}.git")
        assert await dump(grown) == await dump(fresh), (number, steps[-1])
        assert report.problems == whole.problems
        assert report.articles == report.added + report.changed + report.unchanged
        fresh.close()
    kinds = {step.split()[0] for step in steps}
    assert kinds == {"commit", "merge", "force-push"}

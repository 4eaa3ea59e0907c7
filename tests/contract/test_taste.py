"""What a settings file says of topics and exclusions holds in the digest: from the file to the picks."""

from datetime import timedelta

import pytest

from bot import pipeline
from bot.bootstrap.store import opened
from bot.ingest.folder import Folder
from bot.ingest.sync import sync
from bot.model.slot import manual_slot
from bot.settings.load import load
from tests.support.clock import START
from tests.support.newsroom import write_article

TOPICS = {
    "azure.yaml": "name: Azure\naliases: [Microsoft Azure]\n",
    "aks.yaml": "name: Kubernetes\nparent: Azure\naliases: [AKS]\n",
    "ai.yaml": "name: AI\n",
}
FORBES = {"name": "Forbes", "domain": "blog.forbes.com"}
ARTICLES = {
    "cloud": {"topics": ["Azure"]},
    "pods": {"topics": ["AKS"]},
    "minds": {"topics": ["AI", "Azure"]},
    "money": {"topics": ["AI"], "provider": FORBES},
    "sea": {"topics": ["Sea"], "excerpt": "A C++ course (for sailors) on Quantum-Computing."},
}
ALL = set(ARTICLES)


@pytest.fixture
async def drafted(tmp_path):
    for slug, fields in ARTICLES.items():
        published = (START - timedelta(hours=3)).isoformat()
        write_article(tmp_path / "news", slug, publishedDateTime=published, **fields)
    (tmp_path / "news" / "_data" / "topics").mkdir(parents=True)
    for name, text in TOPICS.items():
        (tmp_path / "news" / "_data" / "topics" / name).write_text(text)
    with opened(f"sqlite:///{tmp_path / 'gazette.db'}") as store:
        await sync("news", Folder(tmp_path / "news"), store.catalog, START)

        async def draft(topics, exclude="{}"):
            (tmp_path / "gazette.yaml").write_text(
                "sources: [{name: news, path: ./news}]\n"
                f'subscriptions: [{{name: s, to: "local:general", topics: {topics}, '
                f"taste: {{exclude: {exclude}}}}}]\n"
            )
            [subscription] = load(tmp_path / "gazette.yaml", {}).subscriptions
            slot = manual_slot(1, START)
            return await pipeline.draft(store.catalog, store.ledger, subscription, slot, START)

        yield draft


def slugs(draft):
    return {pick.article.id.removeprefix("news:_news/") for pick in draft.selection.picks}


@pytest.mark.parametrize(
    ("topics", "picked"),
    [
        ("[Azure]", {"cloud", "pods", "minds"}),
        ("['microsoft  AZURE']", {"cloud", "pods", "minds"}),
        ("[Kubernetes]", {"pods"}),
        ("[Sea, aks]", {"sea", "pods"}),
        ("[Everything]", ALL),
    ],
)
async def test_a_topic_is_had_by_name_or_alias_with_all_below_it(drafted, topics, picked):
    assert slugs(await drafted(topics)) == picked


@pytest.mark.parametrize(
    ("exclude", "missing"),
    [
        ("{topics: [Azure]}", {"cloud", "pods", "minds"}),
        ("{topics: [aks]}", {"pods"}),
        ("{topics: [Sea, ai]}", {"sea", "minds", "money"}),
        ("{providers: [Forbes]}", {"money"}),
        ("{providers: [forbes.com]}", {"money"}),
        ("{providers: [www.Forbes.com]}", {"money"}),
        ("{providers: ['https://forbes.com/']}", {"money"}),
        ("{providers: [orbes.com]}", set()),
        ("{words: ['c++']}", {"sea"}),
        ("{words: [COMPUTING]}", {"sea"}),
        ("{words: ['on quantum-computing']}", {"sea"}),
        ("{words: ['(for sailors)']}", {"sea"}),
        ("{words: [comput]}", set()),
        ("{words: [Money]}", {"money"}),
        ("{topics: [Kubernetes], providers: [Forbes], words: [sailors]}", {"pods", "money", "sea"}),
    ],
)
async def test_what_is_excluded_is_never_picked_and_says_why(drafted, exclude, missing):
    draft = await drafted("[everything]", exclude)
    assert slugs(draft) == ALL - missing
    dropped = {
        each.article_id.removeprefix("news:_news/"): each for each in draft.selection.dropped
    }
    assert dropped.keys() == missing
    assert {each.reason.rule for each in dropped.values()} <= {"belongs"}
    assert draft.hints == ()


async def test_several_topics_are_sections_in_the_order_asked(drafted):
    draft = await drafted("[AI, Azure, Nothing]")
    sections = [
        (item.section, item.article_id.removeprefix("news:_news/")) for item in draft.digest.items
    ]
    assert sorted(sections[:2]) == [("AI", "minds"), ("AI", "money")]
    assert sorted(sections[2:]) == [("Azure", "cloud"), ("Azure", "pods")]


async def test_an_excluded_topic_that_is_none_is_told_with_the_nearest(drafted):
    (hint,) = (await drafted("[everything]", "{topics: [Azzure]}")).hints
    assert hint.startswith("no topic is called “Azzure”; nearest: Azure")

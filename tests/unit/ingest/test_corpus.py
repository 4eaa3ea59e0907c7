"""A sample of real articles: they come in whole, and say what PyYAML reads in them."""

import html
import os
import unicodedata
from pathlib import Path

import pytest
import yaml

from bot.ingest.articles import read_article
from bot.ingest.clean import clean_text
from bot.ingest.topics import read_topic
from tests.support.clock import START

CORPUS = os.environ.get("GAZETTE_CORPUS")
EVERY = 15  # of 3,039 files

pytestmark = pytest.mark.skipif(not CORPUS, reason="GAZETTE_CORPUS is not set")


def articles():
    return sorted((Path(CORPUS or ".") / "azure-2020" / "_news").glob("*.md"))


def oracle(data):
    return yaml.load(data.split(b"\n---")[0], Loader=yaml.CSafeLoader)


def plain(text):
    """What cleaning may do to the corpus: it has no entities and no joiners."""
    return " ".join(unicodedata.normalize("NFC", text or "").replace("\u200b", "").split())


def ascii_url(url):
    return url.replace(" ", "%20") if url.isascii() else None


def as_kept(fields):
    """The kept fields as PyYAML reads them; a URL that is not ASCII is told by None."""
    return (
        plain(fields["title"]),
        ascii_url(fields["webUrl"]),
        fields["publishedDateTime"],
        fields["quality"],
        fields["type"],
        plain(fields["provider"]["name"]),
        fields["provider"]["domain"],
    )


def as_read(found):
    provider = found.provider.name, found.provider.domain
    return found.title, found.url, found.published_at, found.quality, found.kind, *provider


def same(read, expected):
    """Equal in all but a URL the oracle has no word for."""
    return [a for a, b in zip(read, expected, strict=True) if b is not None] == [
        b for b in expected if b is not None
    ]


def test_articles_say_what_pyyaml_reads():
    for place in articles()[::EVERY]:
        data = place.read_bytes()
        found = read_article(data, place.name, "news", START)
        fields = oracle(data)
        assert found.problems == (), place.name
        assert same(as_read(found.article), as_kept(fields)), place.name
        assert found.article.excerpt == plain(fields["excerpt"]), place.name
        assert found.article.topics == tuple(fields["topics"]), place.name
        assert found.article.is_published is fields["published"], place.name
        assert found.article.is_removed is fields.get("removed", False), place.name
        related = fields.get("related") or []
        best = sorted(related, key=lambda entry: -entry["quality"])[:40]
        assert found.article.related_count == len(related), place.name
        assert len(found.related) == len(best), place.name
        for link, entry in zip(found.related, best, strict=True):
            assert same(as_read(link), as_kept(entry)), place.name
        images = [
            (image.url, image.alt, image.width, image.height) for image in found.article.images
        ]
        assert images == [
            (
                html.unescape(entry["url"]).replace(" ", "%20"),
                clean_text(entry.get("title") or "", 500),
                entry.get("width"),
                entry.get("height"),
            )
            for entry in fields.get("images") or []
        ], place.name


def test_nothing_read_holds_secured_or_heat():
    for place in articles()[7::EVERY]:
        data = place.read_bytes()
        secured = oracle(data)["secured"]
        assert secured.split(";")[0] not in repr(read_article(data, place.name, "news", START))


def test_the_seed_is_an_unpublished_article_with_two_related_links():
    data = (Path(CORPUS or ".") / "seed-article.md").read_bytes()
    found = read_article(data, "seed-article.md", "seed", START)
    assert found.problems == ()
    assert (found.article.id, found.article.quality) == ("seed:seed-article", 54)
    assert not found.article.is_published
    assert found.article.topics == ("AI Hardware", "AI")
    assert [link.quality for link in found.related] == [71, 49]


def test_the_topics_all_hang_below_the_root():
    folder = Path(CORPUS or ".") / "azure-2020" / "_data" / "topics"
    topics = []
    for place in sorted(folder.glob("*.yaml")):
        topic, problems = read_topic(place.read_bytes(), place.name)
        assert problems == ()
        topics.append(topic)
    assert len(topics) == 20
    assert {topic.parent for topic in topics} == {None, "Azure"}

"""CatalogStore.named: the article a person means."""

from datetime import timedelta

import pytest

from tests.support.builders import make_article, make_read
from tests.support.catalog import apply
from tests.support.clock import START

PORT = make_article(
    "news:_news/2026/port-opens", url="https://www.acme.example/port%20opens/?id=7#top"
)
TRAM = make_article("news:_news/tram", url="https://acme.example/tram")


@pytest.fixture
async def known(catalog):
    await apply(catalog, make_read(PORT), make_read(TRAM))
    return catalog


@pytest.mark.parametrize(
    "written",
    [
        "news:_news/2026/port-opens",
        f" {PORT.short_id} ",
        PORT.short_id.upper(),
        "https://www.acme.example/port%20opens/?id=7",
        "http://acme.example/port%20opens?id=7#end",
        "_news/2026/port-opens",
        "_news/2026/port-opens.md",
        "./_news/2026/port-opens.md",
        "/srv/articles/_news/2026/port-opens.md",
        "2026/port-opens",
        "port-opens",
    ],
)
async def test_an_id_a_short_id_any_form_of_a_link_and_any_path_name_an_article(known, written):
    assert await known.named(written) == PORT


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        ".",
        "/",
        "port",
        "2025/port-opens",
        "https://acme.example/port%20opens",
        "https://acme.example",
        "https://",
        "https://[",
        "https://acme.example:port/tram",
        "%",
        "news:_news/2026/port_opens",
        "x" * 5_000,
    ],
)
async def test_nothing_else_does(known, written):
    assert await known.named(written) is None


async def test_of_several_articles_of_one_page_the_newest_is_meant(catalog):
    old = make_article("news:old", published_at=START - timedelta(days=3), url=TRAM.url)
    await apply(catalog, make_read(old), make_read(TRAM))
    assert await catalog.named(TRAM.url) == TRAM


async def test_an_end_that_several_paths_have_means_none_but_a_whole_path_does(catalog):
    one, two = make_article("news:a/tram"), make_article("news:b/tram")
    three = make_article("news:tram")
    await apply(catalog, *map(make_read, (one, two, three)))
    assert await catalog.named("a/tram.md") == one
    assert await catalog.named("tram") == three
    await apply(catalog, gone=("tram.md",))
    assert await catalog.named("tram") is None

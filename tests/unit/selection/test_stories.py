"""What is one story, and what is not."""

from datetime import timedelta
from itertools import pairwise

from bot.selection.likeness import Likeness, text_of
from bot.selection.stories import group
from tests.support.builders import make_article
from tests.support.clock import START
from tests.support.press import background, provider, told


def grouped(*articles):
    stories = group(Likeness([text_of(each) for each in (*articles, *background())]))
    names = {each.id for each in articles}
    return [[text.id for text in story] for story in stories if story[0].id in names]


def test_other_providers_telling_one_event_are_one_story_and_another_event_is_another():
    stories = grouped(told(0, "acme"), told(0, "bolt", hours=9), told(1, "acme"), told(1, "cray"))
    assert [sorted(story) for story in stories] == [
        ["news:0-acme", "news:0-bolt"],
        ["news:1-acme", "news:1-cray"],
    ]


def test_one_providers_two_articles_are_two_stories_unless_they_are_the_same_text():
    again = told(0, "acme", hours=30)
    other = told(0, "acme", hours=20, title="Northwind and Metaswitch: what carriers should know")
    twice = [again, make_article("news:twice", **fields_of(again))]
    assert len(grouped(again, make_article("news:other", **fields_of(other)))) == 2
    assert len(grouped(*twice)) == 1


def fields_of(article):
    names = ("title", "excerpt", "published_at", "provider")
    return {name: getattr(article, name) for name in names}


def test_articles_more_than_four_days_apart_are_never_one_story():
    assert len(grouped(told(0, "acme", hours=98), told(0, "bolt"))) == 2
    assert len(grouped(told(0, "acme", hours=97), told(0, "bolt"))) == 1


def test_a_template_that_titles_follow_every_day_makes_no_story():
    names = ["Alderon", "Brightkiln", "Corvidae", "Dunmore", "Eskdale", "Farrow", "Gorseway"]
    template = [
        make_article(
            f"news:{name}",
            title=f"{name} now available in the Azure Marketplace",
            excerpt=f"Customers of {name} get it in the Azure Marketplace.",
            provider=provider(name.lower()),
            published_at=START - timedelta(hours=2 + 12 * at),
        )
        for at, name in enumerate(names)
    ]
    assert len(grouped(*template)) == len(template)


def test_a_template_of_two_providers_about_one_product_is_a_story():
    title = "Alderon now available in the Azure Marketplace"
    pair = [
        told(0, "acme", title=title, excerpt="Alderon says so."),
        told(0, "bolt", title=title.replace("now", "is"), excerpt="It is there."),
    ]
    assert len(grouped(*pair)) == 1


def test_a_chain_of_likenesses_does_not_tie_its_ends_together():
    """Each shares a name with the next one alone; the average of the whole is low."""
    names = ["abro", "bero", "cido", "domo", "eno", "foro", "gato", "hino"]
    chain = [
        make_article(
            f"news:{at}",
            title=f"{one} {other} word{at} thing{at} more{at}",
            excerpt=f"first{at} second{at} third{at} fourth{at} fifth{at}",
            provider=provider(f"p{at}"),
            published_at=START - timedelta(hours=at),
        )
        for at, (one, other) in enumerate(pairwise(names))
    ]
    sizes = list(map(len, grouped(*chain)))
    assert 1 < max(sizes) < 4


def test_stories_do_not_depend_on_the_order_of_the_articles():
    articles = [told(event, by) for event in range(4) for by in ("acme", "bolt", "cray")]
    assert grouped(*articles) == grouped(*reversed(articles))

"""Articles that read like news, each event in words of its own; providers tell it differently."""

from datetime import timedelta

from bot.model.article import Provider
from tests.support.builders import make_article
from tests.support.clock import START

TELLING = {
    "acme": "{0} to acquire {1} in a deal worth billions: the board of {0} agreed on {2}",
    "bolt": "{0} buys {1}, analysts surprised by {2}",
    "cray": "What the {1} purchase means for {0} and for {2}",
    "dell": "{0} and {1}: how {2} changed hands",
}
EVENTS = [
    ("Northwind", "Metaswitch", "carrier software"),
    ("Contoso", "Larkspur", "harbour pilots"),
    ("Fabrikam", "Quillfeather", "paper mills"),
    ("Tailspin", "Ostrander", "glider engines"),
    ("Wingtip", "Bramblewick", "toy trains"),
    ("Litware", "Juniperus", "medical records"),
]


def provider(name):
    return Provider(name.title(), f"{name}.example")


def told(event, by, *, hours=1, **fields):
    """One provider's article on one of the events; id `news:EVENT-PROVIDER`."""
    name = fields.pop("id", f"news:{event}-{by}")
    title = TELLING[by].format(*EVENTS[event])
    excerpt = f"{EVENTS[event][1]} makes {EVENTS[event][2]}, says {by}."
    about = {"title": title, "excerpt": excerpt, "provider": provider(by)}
    about["published_at"] = START - timedelta(hours=hours)
    return make_article(name, **(about | fields))


def background():
    """A fortnight of other news, so that common words are common; none of it in the last week."""
    return [
        make_article(
            f"news:old-{day}",
            title=f"Azure and the deal of day {day}: what {word} means for how it changed",
            excerpt="The board agreed, analysts were surprised, says a purchase.",
            published_at=START - timedelta(days=8 + day),
            provider=provider("olds"),
            quality=20 + day,
        )
        for day, word in enumerate(
            [
                "amber",
                "birch",
                "cedar",
                "daisy",
                "elder",
                "fennel",
                "garlic",
                "hazel",
                "iris",
                "jasmine",
                "kale",
                "lilac",
            ]
        )
    ]

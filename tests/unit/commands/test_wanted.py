"""What `/topic` was asked for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.wanted import read_wanted
from bot.model.topic import Taxonomy, Topic
from tests.support.clock import START

TAXONOMY = Taxonomy(
    [
        Topic("AI"),
        Topic("AI Hardware", aliases=("chips",)),
        Topic("Azure", aliases=("Microsoft Azure",)),
        Topic("From Space"),
    ]
)


def read(text):
    return read_wanted(text, TAXONOMY, START)


@pytest.mark.parametrize(
    ("text", "topic", "words"),
    [
        ("ai", "AI", ()),
        ("  AI   hardware ", "AI Hardware", ()),
        ("ai hardware shortage", "AI Hardware", ("shortage",)),
        ("ai hard ware", "AI", ("hard", "ware")),
        ("MICROSOFT azure Kubernetes", "Azure", ("Kubernetes",)),
        ("chips ai", "AI Hardware", ("ai",)),
        ("from space", "From Space", ()),
        ("everything Ferries", "Everything", ("Ferries",)),
        ('azure "quality control"', "Azure", ("quality control",)),
    ],
)
def test_the_name_is_the_longest_topic_or_alias_at_the_start_and_words_follow(text, topic, words):
    wanted = read(text)
    assert (wanted.topic, wanted.words) == (topic, words)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("7d", START - timedelta(days=7)),
        ("2w", START - timedelta(days=14)),
        ("36h", START - timedelta(hours=36)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_since_takes_a_span_or_a_date(text, since):
    assert read(f"azure since {text}").since == since


def test_conditions_stand_in_any_order_between_words():
    wanted = read('azure from "The Register" pods Quality 60 SINCE 7d ports')
    assert wanted.words == ("pods", "ports")
    assert (wanted.provider, wanted.min_quality) == ("The Register", 60)
    assert wanted.conditions == (
        "with “pods ports”, since 17 November 2026, of quality 60 and up, from The Register"
    )


@pytest.mark.parametrize(
    "rest", ["quality control", "since yesterday", "since 2026-13-01", "quality 9999", "from"]
)
def test_a_condition_without_a_fitting_value_is_words(rest):
    wanted = read(f"azure {rest}")
    assert wanted.words == tuple(rest.split())
    assert (wanted.since, wanted.min_quality, wanted.provider) == (None, None, None)


def test_what_begins_with_no_topic_names_what_stands_there():
    wanted = read("azzure since 7d")
    assert (wanted.topic, wanted.name) == (None, "azzure")


@given(st.text(max_size=60))
def test_any_text_is_read(text):
    wanted = read(text)
    assert wanted.topic is None or wanted.topic in (
        "AI",
        "AI Hardware",
        "Azure",
        "From Space",
        "Everything",
    )

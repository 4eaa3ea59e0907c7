"""What people are told, who they are, and when it is said once."""

from datetime import timedelta

import pytest

from bot.delivery import alerts
from bot.errors import Closed
from bot.model.alert import Alert, AlertKind
from bot.model.destination import Destination, Look, Platform, person
from bot.model.post import Level, PostState
from tests.support.builders import CHANNEL, make_post, make_subscription
from tests.support.clock import START

ELSEWHERE = Destination(Platform.DISCORD, "7", Look.DISCORD)
SLACK_OWNER, DISCORD_OWNER = person("slack:U01"), person("discord:42")
OWNERS = ("slack:U01", "discord:42")
WHY = "Slack refused: not_in_channel; invite the app to the channel"
POST = make_post(subscription="azure-daily", state=PostState.SENDING)


def closed(what, post=POST):
    return Alert(AlertKind.CLOSED, post, WHY, what)


def simpler(level=Level.FULL, state=PostState.PLANNED):
    post = make_post(subscription="azure-daily", level=level, state=state)
    return Alert(AlertKind.DEGRADED, post, "Slack refused: invalid_blocks")


def held():
    return Alert(AlertKind.HELD, POST, "history can't be read")


class TestPeople:
    def test_owners_and_who_made_the_subscription_are_told_once_each(self):
        mine = [
            make_subscription(created_by="slack:U02"),
            make_subscription(created_by="slack:U01"),
        ]
        assert alerts.people(held(), OWNERS, mine) == [
            SLACK_OWNER,
            DISCORD_OWNER,
            person("slack:U02"),
        ]

    @pytest.mark.parametrize("maker", [None, "", "visitor", "local:visitor", "slack:C01"])
    def test_who_is_no_person_is_told_nothing(self, maker):
        assert alerts.people(held(), (), [make_subscription(created_by=maker)]) == []

    def test_nobody_is_told_where_nothing_can_be_said(self):
        assert alerts.people(closed(Closed.INSTALLATION), OWNERS, []) == [DISCORD_OWNER]
        assert alerts.people(closed(Closed.DESTINATION), OWNERS, []) == [SLACK_OWNER, DISCORD_OWNER]
        to_owner = make_post(destination=SLACK_OWNER)
        assert alerts.people(closed(Closed.DESTINATION, to_owner), OWNERS, []) == [DISCORD_OWNER]


def test_a_closed_place_concerns_what_goes_there_and_a_platform_all_of_it():
    here, there, away = (
        make_subscription(name, destination=to)
        for name, to in {
            "here": CHANNEL,
            "there": Destination(Platform.SLACK, "C02", Look.SLACK),
            "away": ELSEWHERE,
        }.items()
    )
    every = [here, there, away]
    assert alerts.concerned(closed(Closed.DESTINATION), every) == [here]
    assert alerts.concerned(closed(Closed.INSTALLATION), every) == [here, there]


def test_a_key_is_one_a_day_for_each_person_place_and_kind():
    def key(alert, to=SLACK_OWNER, now=START):
        return alerts.key_of(alert, alerts.place_of(alert), to, now)

    first = key(held())
    assert key(held(), now=START + timedelta(hours=14)) == first
    others = [
        key(held(), now=START + timedelta(hours=15)),
        key(held(), to=DISCORD_OWNER),
        key(closed(Closed.DESTINATION)),
        key(closed(Closed.INSTALLATION)),
        key(simpler()),
        key(simpler(state=PostState.FAILED)),
    ]
    assert len({first, *others}) == 7


class TestWords:
    def test_a_closed_destination_counts_what_failed_and_names_what_is_paused(self):
        waiting = [POST, make_post("reply", parent=POST.key), make_post("b", state=PostState.SENT)]
        said = alerts.words(closed(Closed.DESTINATION), [make_subscription()], waiting)
        assert said == (
            "Gazette can't post to slack:C0000000001 any more.",
            f"Why: {WHY}",
            "2 posts failed. azure-daily is paused.",
            f"When it can again: gazette posts retry {POST.key} sends what failed and ends the pause",
        )

    def test_what_a_retry_leaves_alone_is_not_said_to_be_sent(self):
        reply = make_post("reply", parent=POST.key, state=PostState.SENDING)
        waiting = [POST, reply, make_post("beside", parent=POST.key)]
        said = alerts.words(closed(Closed.DESTINATION, reply), [], waiting)
        assert said[2].startswith("2 posts failed.")
        assert said[3].endswith(
            f"gazette posts retry {reply.key} sends it and what belongs under it, and ends the pause; "
            "gazette posts list --state failed names the others"
        )

    def test_of_many_subscriptions_a_few_are_named(self):
        many = [make_subscription(f"s{number}") for number in range(7)]
        said = alerts.words(closed(Closed.INSTALLATION), many, [])
        assert said[0] == "Slack doesn't let Gazette in any more."
        assert said[2].endswith("s0, s1, s2, s3, s4 and 2 more are paused.")

    def test_a_closed_thread_pauses_nothing(self):
        assert "nothing is paused" in alerts.words(closed(Closed.THREAD), [], [])[2]

    def test_a_held_post_is_to_be_looked_for_and_resolved(self):
        _, why, _, mend = alerts.words(held(), [], [])
        assert why == "Why: history can't be read"
        for fate in ("sent --at LINK", "planned", "skipped"):
            assert f"gazette posts resolve {POST.key} --as {fate}" in mend

    @pytest.mark.parametrize(
        ("level", "words"), [(Level.FULL, "without pictures"), (Level.PLAIN, "as plain text")]
    )
    def test_a_simpler_post_says_what_is_missing(self, level, words):
        assert alerts.words(simpler(level), [], [])[2] == f"It is sent {words}."

    def test_a_post_refused_in_every_form_failed(self):
        said = alerts.words(simpler(Level.TEXT, PostState.FAILED), [], [])
        assert f"gazette posts retry {POST.key}" in said[3]

    def test_many_gone_articles_are_a_mishap_or_meant(self):
        why = "1,234 of 3,039 articles of news are gone at once"
        said = alerts.words(Alert(AlertKind.VANISHED, POST, why), [], [])
        assert said[1] == f"Why: {why}"
        assert "bring the files back" in said[3]
        assert "gazette posts resolve --as planned" in said[3]

    def test_only_what_is_held_for_that_is_let_go_and_not_what_may_be_there_already(self):
        why = "1,234 of 3,039 articles of news are gone at once"
        said = alerts.words(Alert(AlertKind.VANISHED, POST, why), [], [])
        only = said[3].partition("| grep '")[2].partition("'")[0]
        assert only
        assert only in why

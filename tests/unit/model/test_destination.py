"""People as destinations."""

import pytest

from bot.model.destination import Destination, Look, Platform, person


@pytest.mark.parametrize(
    ("owner", "channel", "who"),
    [
        ("slack:U012ABCDEF", "U012ABCDEF", "U012ABCDEF"),
        ("slack:W012ABCDEF", "W012ABCDEF", "W012ABCDEF"),
        ("discord:1234567890", "@1234567890", "1234567890"),
    ],
)
def test_an_owner_of_the_settings_is_a_destination_that_names_the_person(owner, channel, who):
    found = person(owner)
    platform = Platform(owner.partition(":")[0])
    assert found == Destination(platform, channel, Look(platform.value))
    assert found.person == who


@pytest.mark.parametrize(
    "channel",
    [
        Destination(Platform.SLACK, "C0123456789", Look.SLACK),
        Destination(Platform.SLACK, "D0123456789", Look.SLACK),
        Destination(Platform.DISCORD, "1234567890", Look.FORUM),
        Destination(Platform.LOCAL, "U012ABCDEF", Look.SLACK),
    ],
    ids=str,
)
def test_a_channel_is_no_person(channel):
    assert channel.person is None

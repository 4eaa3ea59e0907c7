"""What a look-up means for a post in doubt."""

from datetime import timedelta

from bot.delivery.patience import Patience
from bot.delivery.ports import CannotKnow, Move
from bot.delivery.reconcile import verdict
from bot.model.post import PostState
from tests.support.builders import make_post
from tests.support.clock import START

DOWN = CannotKnow("history can't be read", is_passing=True, retry_after_s=60.0)


def in_doubt_since(days):
    since = START - timedelta(days=days)
    return make_post(state=PostState.UNKNOWN, platform_time_at=since)


def test_a_look_that_can_not_be_made_for_a_day_is_left_to_a_person():
    later = START + timedelta(seconds=60)
    again = Move(PostState.UNKNOWN, retry_at=later, error=DOWN.what)
    assert verdict(in_doubt_since(1), DOWN, Patience(), START) == again
    held = Move(PostState.HELD, error=DOWN.what)
    assert verdict(in_doubt_since(1.01), DOWN, Patience(), START) == held

"""Group commits without a database: what is waiting goes into one write."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.storage.together import MOST, Together


@pytest.fixture
def writer():
    with ThreadPoolExecutor(1) as pool:
        yield pool


class Writes:
    """Runs works one write at a time; counts the writes that were begun."""

    def __init__(self):
        self.begun = 0

    def __call__(self, work):
        self.begun += 1
        return work(None)


def add_while_busy(writer, together, works):
    busy = threading.Event()
    writer.submit(busy.wait)
    added = [together.add(work) for work in works]
    busy.set()
    return added


def test_what_waits_for_the_writer_is_one_write(writer):
    writes = Writes()
    together = Together(writer, writes)
    added = add_while_busy(
        writer, together, [lambda _, number=number: number for number in range(5)]
    )
    assert [each.result(5) for each in added] == [0, 1, 2, 3, 4]
    assert writes.begun == 1


def test_a_write_is_never_longer_than_others_should_wait(writer):
    writes = Writes()
    added = add_while_busy(writer, Together(writer, writes), [lambda _: None] * (MOST + 1))
    assert [each.result(5) for each in added] == [None] * (MOST + 1)
    assert writes.begun == 2


def test_where_one_fails_the_others_are_done_all_the_same(writer):
    def fail(_connection):
        raise ValueError("mine alone")

    done = []
    writes = Writes()
    good, bad, last = add_while_busy(
        writer, Together(writer, writes), [lambda _: done.append(1), fail, lambda _: "last"]
    )
    with pytest.raises(ValueError, match="mine alone"):
        bad.result(5)
    assert good.result(5) is None
    assert last.result(5) == "last"
    assert writes.begun == 4  # together, then each alone


def test_one_that_nobody_waits_for_any_more_holds_up_no_other(writer):
    together = Together(writer, Writes())
    busy = threading.Event()
    writer.submit(busy.wait)
    given_up, kept = together.add(lambda _: 1), together.add(lambda _: 2)
    assert given_up.cancel()
    busy.set()
    assert kept.result(5) == 2

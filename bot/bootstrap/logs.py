"""Log lines on standard error: for people on a terminal, as JSON elsewhere."""

import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TextIO, cast

import structlog

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class Lossy:
    """A stream that loses what can't be written: a full disk under the log must end nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure_logs(environment: Mapping[str, str], *, quiet: bool = False) -> None:
    """Sets logging up once; `LOG_LEVEL` names the least level, `quiet` makes that WARNING.

    What libraries log stays at WARNING: below it they print whole payloads.
    """
    wanted = environment.get("LOG_LEVEL", "WARNING" if quiet else "INFO").upper()
    level = getattr(logging, wanted if wanted in LEVELS else "INFO")
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    # the default formatter prints local variables, tokens among them
    is_terminal = sys.stderr.isatty()
    ending: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if is_terminal
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if is_terminal else [structlog.processors.format_exc_info]),
            ending,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Lossy(sys.stderr))),
        cache_logger_on_first_use=True,
    )

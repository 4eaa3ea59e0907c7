"""Log lines on standard error: for people on a terminal, as JSON elsewhere."""

import logging
import sys
from collections.abc import Mapping

import structlog

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )

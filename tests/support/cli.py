"""A command of `gazette` in the test's own process, which it leaves as it was."""

from collections.abc import Sequence

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.bootstrap import logs
from bot.cli import app


def invoke(arguments: Sequence[str]) -> Result:
    """Runs it, without setting logging up: that would last, on a stream that is closed with the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "configure_logs", lambda *_arguments, **_options: None)
        return CliRunner().invoke(app, arguments)

"""`gazette`: arguments, exit codes, printing; nothing else.

Imports of what is heavy stand inside the commands, so that `--help` answers at once.
"""

import os
import sys
from typing import NoReturn

import typer

from bot.cli import articles, config, digests, doctor, posts, replay, times, why
from bot.cli.options import BAD_SETTINGS, FAILED, UNAVAILABLE
from bot.errors import (
    GazetteError,
    PlatformError,
    SettingsError,
    StoreError,
    UnknownTopic,
)

app = typer.Typer(
    name="gazette",
    help="A Slack and Discord digest bot. `gazette run` shows a demo newsroom at once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(articles.ingest)
app.command()(articles.lint)
app.command()(digests.preview)
app.command(name="topic")(digests.look_up)
app.command()(digests.run)
app.command()(digests.send)
app.command()(why.why)
app.command()(replay.replay)
app.command(name="next")(times.ahead)
app.command()(doctor.doctor)
app.add_typer(config.app, name="config")
app.add_typer(posts.app, name="posts")


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed_version

    typer.echo(f"gazette {installed_version('gazette-digest')}")


def main() -> None:
    """Run the command line; errors leave as words and an exit code, never as a stack."""
    try:
        app(standalone_mode=True)
    except SettingsError as error:
        _fail(str(error), BAD_SETTINGS)
    except UnknownTopic as error:
        _fail(str(error), FAILED)
    except (StoreError, PlatformError) as error:
        _fail(str(error), UNAVAILABLE)
    except GazetteError as error:
        _fail(str(error), FAILED)
    except Exception as error:
        if os.environ.get("LOG_LEVEL", "").upper() == "DEBUG":
            raise
        _fail(
            f"a fault of Gazette's own ({type(error).__name__}); LOG_LEVEL=DEBUG shows where, "
            "please report it",
            FAILED,
        )


def _fail(words: str, code: int) -> NoReturn:
    typer.echo(words, err=True)
    sys.exit(code)

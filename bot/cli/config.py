"""`gazette config`: the settings file checked, shown, and its schema."""

import json

import typer

from bot.cli import options
from bot.cli.options import ConfigOption, JsonOption

app = typer.Typer(
    help="The settings file: check it, show it, print its schema.", no_args_is_help=True
)


@app.command()
def check(config: ConfigOption = None) -> None:
    """Check settings file and environment; name every mistake."""
    settings = options.settings(config)
    typer.echo(f"{settings.path or 'no settings file: the demo'}: no mistakes", err=True)


@app.command()
def show(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Show every setting in force and where it is from; secrets only as set or not set."""
    from bot.settings.show import show as shown

    document = shown(options.settings(config))
    typer.echo(json.dumps(document, ensure_ascii=False, indent=None if as_json else 2))


@app.command()
def schema() -> None:
    """Print the JSON Schema of the settings file, for editors."""
    from bot.settings.schema import schema as schema_of

    typer.echo(json.dumps(schema_of(), ensure_ascii=False, indent=2))

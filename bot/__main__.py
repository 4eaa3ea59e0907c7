"""`python -m bot` is `gazette`. Light, since a process that reads files for another begins here too."""


def main() -> None:
    """Runs the command line."""
    from bot.cli import main as command

    command()


if __name__ == "__main__":
    main()

"""`python -m bot` is `gazette`."""

from bot.cli import main

main()

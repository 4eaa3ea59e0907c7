"""What a platform takes, and the smaller budgets we keep to.

Sources: docs.slack.dev reference/block-kit and reference/methods/chat.postMessage;
docs.discord.com/developers resources/message and components/reference.
"""

SLACK_TWIN_CHARS = 3_800
"""Of `text`: an edit may carry 4,000 (chat.update), a correction needs room to grow."""
SLACK_BLOCK_CHARS = 10_000
"""All block text: refused somewhere above 11,000 (slackapi/bolt-js issues 2509 and 2867)."""
SLACK_HEADER_EXTRA_CHARS = 100
"""What a header counts beyond its text, in the same issues."""
SLACK_BLOCKS = 50
SLACK_BUTTONS = 25
SLACK_MENU_OPTIONS = 5
SLACK_LABEL_CHARS = 75
"""Of a button or an option."""

DISCORD_TEXT_CHARS = 4_000
"""All text displays of a message together."""
DISCORD_TEXT_BYTES = 10_000
"""Bytes of all text displays and 12 more for each: a 500 above 10,170 (discord-api-docs issue 8554)."""
DISCORD_DISPLAY_EXTRA_BYTES = 12
DISCORD_COMPONENTS = 40
"""Nested ones counted."""
DISCORD_CONTENT_CHARS = 2_000
DISCORD_OPTIONS = 25
DISCORD_OPTION_CHARS = 100
"""Of an option's label, value or description."""
DISCORD_ROW_BUTTONS = 5
DISCORD_ROWS = 5
DISCORD_BUTTON_CHARS = 80
DISCORD_NAME_CHARS = 100
"""Of a thread or a forum post."""

HEADING_CHARS = 100
"""With breaks in it and ` (1/2)` behind it, a Slack header (150) still holds it."""
TITLE_CHARS = 250
EXCERPT_CHARS = 280
FOOTER_CHARS = 300
FACT_CHARS = 60
ALT_CHARS = 300
NOTE_CHARS = 1_000
URL_CHARS = 1_200
"""A longer address is left out and its title shown bare; the longest of 174,072 real ones has 331."""
IMAGE_URL_CHARS = 2_000
"""Slack takes 3,000, Discord 2,048."""


def size(text: str) -> int:
    """Characters as the strictest reader counts them: in UTF-16, an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def escaped_room(chars: int) -> int:
    """How long a text of this length may get by escaping, before it is cut shorter.

    A quarter more is far above what real text needs, and bounds hostile text: one item of the
    longest parts, with heading and footer, fits any message (a test adds them up).
    """
    return chars + chars // 4 + 10

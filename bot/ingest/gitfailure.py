"""Says in words why git failed. Its own words are never shown: a server may put a secret into them."""

import re

from bot.errors import SourceError


class GitFailed(SourceError):
    """Git ended with a code, for no reason known here: the mirror may be broken."""

    def __init__(self, command: str, code: int, about: str) -> None:
        self.code = code
        super().__init__(
            f"{about} can't be read: git {command} ended with {code};"
            " try the same by hand to see why"
        )


_LOGIN = "set GAZETTE_GIT_CREDENTIALS to https://TOKEN@HOST, with a token that may read it"
_REACH = "check the address and this machine's network, then try again"
# What git says of a remote in its own English (LC_ALL=C), the most telling first.
_REASONS = (
    (
        "could not read (Username|Password)",
        "wants a login that may read it, or is not there",
        _LOGIN,
    ),
    ("Authentication failed|returned error: 40[13]", "refused the login", _LOGIN),
    (
        "base from redirection|returned error: 30",
        "has moved elsewhere",
        "write its new address; that of a web page often lacks .git at the end",
    ),
    (
        "repository .* not found|returned error: 4|not appear to be a git repo|is this a git repo",
        "is no git repository",
        "check the address; a private one may need GAZETTE_GIT_CREDENTIALS",
    ),
    ("Could not resolve (host|proxy)", "has a host that is not known", _REACH),
    (
        "certificate verif|(server|SSL|peer) certificate|SSL_|(SSL|TLS) connect",
        "has a certificate that is not trusted",
        "check the address, or give its authority's file in GIT_SSL_CAINFO",
    ),
    ("No space left on device", "does not fit on the disk", "free some space, then try again"),
    ("couldn't find remote ref", "changed meanwhile", "try again"),
    (
        "unable to access|onnection (refused|timed out|reset)|early EOF|hung up|RPC failed",
        "can't be reached",
        _REACH,
    ),
)


def failure(command: str, code: int, said: bytes, about: str) -> SourceError:
    """The error to raise when git has ended with a code and said this of a remote."""
    words = said.decode(errors="replace")
    for pattern, what, mend in _REASONS:
        if re.search(pattern, words):
            return SourceError(f"{about} {what}; {mend}")
    return GitFailed(command, code, about)

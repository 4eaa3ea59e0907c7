"""Where articles come from."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of articles: a repository's root, or any folder. `name` begins its articles' ids."""

    name: str
    path: Path

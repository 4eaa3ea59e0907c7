"""How often a test repeats itself: a little in `make test`, much in `make proof`."""

import os

IS_PROOF = bool(os.environ.get("GAZETTE_PROOF"))


def times(test: int, proof: int) -> int:
    """The number of repetitions of this run."""
    return proof if IS_PROOF else test

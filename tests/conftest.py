"""What holds for all tests."""

from hypothesis import settings

# How long an example takes is the machine's affair: speed is asked in tests/bench alone
settings.register_profile("gazette", deadline=None)
settings.load_profile("gazette")

"""Public holidays by country, from the library `holidays`; imported with the first that is asked."""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=256)
def holidays_of(region: str, year: int) -> frozenset[date]:
    """The public holidays of `DE` or `DE-BY`; none where the library no longer knows the region.

    Settings refuse an unknown region when they are read; one that a newer library has dropped must
    not silence a channel.
    """
    import holidays  # noqa: PLC0415 - a quarter of a second that few schedules need

    country, _, part = region.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError:
        return frozenset()

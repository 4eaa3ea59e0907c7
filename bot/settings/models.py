"""The settings file as pydantic models, a model per concern; each reads its own defaults.

Field names end in `_s` where the file's key is a duration; the alias is the key.
"""

from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from bot.errors import Miswritten
from bot.model.subscription import Layout, Schedule
from bot.model.taste import Gate, OnThin, Taste
from bot.settings import durations, schedule, sources

_TASTE = Taste(topics=())

DESTINATION = r"^(slack:[CGD][A-Z0-9]+|discord:[0-9]+|discord-forum:[0-9]+|local:.+)$"
"""A channel's id; whether the board has a local one is checked apart."""


def _default_in_words(schema: dict[str, Any]) -> None:
    if "default" in schema:
        schema["default"] = durations.duration_words(schema["default"])


Name = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", min_length=1, max_length=64)
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Whole = Annotated[int, Field(strict=True)]
Seconds = Annotated[
    float,
    BeforeValidator(
        durations.parse_duration,
        json_schema_input_type=Annotated[str, Field(pattern=durations.PATTERN)],
    ),
    PlainSerializer(durations.duration_words, return_type=str),
    Field(json_schema_extra=_default_in_words),
]
Days = Annotated[
    frozenset[int],
    BeforeValidator(schedule.parse_days, json_schema_input_type=str | list[str]),
]
Times = Annotated[
    tuple[time, ...],
    BeforeValidator(schedule.parse_times, json_schema_input_type=str | list[str]),
]
Zone = Annotated[str, BeforeValidator(schedule.parse_zone, json_schema_input_type=str)]
Region = Annotated[str, BeforeValidator(schedule.parse_region, json_schema_input_type=str)]
Dates = Annotated[
    tuple[date, ...],
    BeforeValidator(schedule.parse_dates, json_schema_input_type=str | list[str]),
]
Date = Annotated[date, BeforeValidator(schedule.parse_date, json_schema_input_type=str)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Address = Annotated[Text, AfterValidator(sources.read_address)]
Branch = Annotated[Text, AfterValidator(sources.read_branch)]
Collection = Annotated[Text, AfterValidator(sources.read_collection)]


class SourceSettings(_Part):
    """Where articles come from: a folder or a git repository."""

    # load.py holds to it, on the raw file
    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["path"]}, {"required": ["git"]}]}
    )

    name: Name = Field(
        description="Begins the ids of its articles; keep it for good.", examples=["news"]
    )
    path: Text | None = Field(
        None,
        description="A repository's root or a folder of articles, relative to this file.",
        examples=["./articles"],
    )
    git: Address | None = Field(
        None,
        description="A git repository, by https:// or file:///; without user or password.",
        examples=["https://github.com/example/news.git"],
    )
    branch: Branch | None = Field(
        None, description="Of the git repository; left out, its default one.", examples=["main"]
    )
    collections: tuple[Collection, ...] = Field(
        (),
        description="The folders that hold articles; left out, they are found out.",
        examples=[["_news", "_learning/**"]],
    )


class ScheduleSettings(_Part):
    """When: wall times on days, in a zone."""

    days: Days = Field(
        description="daily, weekdays, or names of days: mon, tue, …", examples=["weekdays"]
    )
    times: Times = Field(description="Wall times, 24 hours: 09:00.", examples=["09:00"])
    zone: Zone = Field(description="An IANA time zone.", examples=["Europe/Berlin"])
    holidays: Region | None = Field(
        None,
        description="Not on the public holidays of this country, DE, or part of one, DE-BY.",
        examples=["DE"],
    )
    skip: Dates = Field((), description="Not on these dates.", examples=[["2026-12-24"]])
    paused_until: Date | None = Field(
        None, description="Not before this date.", examples=["2027-01-07"]
    )

    def to_schedule(self) -> Schedule:
        """The schedule as scheduling knows it."""
        return Schedule(
            self.days, self.times, self.zone, self.holidays, self.skip, self.paused_until
        )


def _read_schedule(written: Any) -> Any:
    if isinstance(written, dict):
        return written
    return dict(schedule.split_schedule(written if isinstance(written, str) else ""))


At = Annotated[
    ScheduleSettings,
    BeforeValidator(
        _read_schedule,
        json_schema_input_type=Annotated[
            str,
            Field(
                examples=[
                    "weekdays 09:00 Europe/Berlin",
                    "mon,thu 08:30,17:00 Europe/Berlin except holidays DE, 2026-12-24",
                ]
            ),
        ]
        | ScheduleSettings,
    ),
    PlainSerializer(lambda at: schedule.schedule_words(at.to_schedule()), return_type=str),
]


class ExcludeSettings(_Part):
    """What is never picked."""

    topics: tuple[Words, ...] = Field((), description="Topics, with all below them.")
    providers: tuple[Words, ...] = Field((), description="Providers by name or domain.")
    words: tuple[Words, ...] = Field((), description="Words in the title or excerpt.")


class TasteSettings(_Part):
    """What a subscription wants."""

    gate: Gate = Field(
        _TASTE.gate, description="Unpublished articles, those of high quality, or either."
    )
    min_quality: Whole = Field(
        _TASTE.min_quality, ge=0, le=999, description="From which quality an article is high."
    )
    items: Whole = Field(_TASTE.items, ge=1, le=25, description="Most articles in a digest.")
    min_items: Whole = Field(
        _TASTE.min_items, ge=1, le=25, description="With fewer articles a digest is thin."
    )
    on_thin: OnThin = Field(
        _TASTE.on_thin, description="A thin digest: send what there is, or skip it."
    )
    max_age_s: Seconds = Field(
        _TASTE.max_age.total_seconds(), alias="max_age", gt=0, description="Oldest article picked."
    )
    per_provider: Whole = Field(
        _TASTE.per_provider, ge=1, description="Articles of one provider, if others are good too."
    )
    related: Whole = Field(
        _TASTE.related, ge=0, le=40, description="Related links per article in the thread."
    )
    exclude: ExcludeSettings = Field(
        ExcludeSettings(), description="Topics, providers and words never picked."
    )

    @field_validator("min_items")
    @classmethod
    def _no_more_than_items(cls, value: int, info: ValidationInfo) -> int:
        if value > info.data.get("items", value):
            raise Miswritten("more than items", "use at most as many as items")
        return value


class SubscriptionSettings(_Part):
    """A digest for a channel."""

    name: Name = Field(description="Its stable key; keep it for good.", examples=["azure-daily"])
    to: Annotated[str, StringConstraints(pattern=DESTINATION)] = Field(
        description="slack:CHANNEL_ID, discord:CHANNEL_ID, discord-forum:CHANNEL_ID or local:NAME.",
        examples=["slack:C0123456789", "local:general"],
    )
    topics: Annotated[tuple[Words, ...], Field(min_length=1)] = Field(
        description="Topics by name or alias; `everything` for all.", examples=[["Azure"]]
    )
    at: At | None = Field(None, description="When it is due; left out, it is sent by hand only.")
    taste: TasteSettings = Field(TasteSettings(), description="Which articles it wants.")
    layout: Layout = Field(
        Layout.COMPACT, description="One lead with a thread, a post per article, or titles alone."
    )


class BoardChannel(_Part):
    """A channel of the built-in board."""

    looks_like: Literal["slack", "discord"] = Field(
        description="Whose payloads it draws.", examples=["slack"]
    )


class DeliverySettings(_Part):
    """How long things take."""

    time_out_s: Seconds = Field(
        10.0, alias="time_out", gt=0, description="Longest wait for a platform's answer."
    )
    lease_s: Seconds = Field(
        60.0, alias="lease", gt=0, description="A worker's hold; at least 3 times time_out."
    )
    quarantine_s: Seconds = Field(
        30.0, alias="quarantine", description="Wait before a post of unknown fate is looked up."
    )
    second_look_s: Seconds = Field(
        30.0, alias="second_look", description="Wait before an absent post is looked up again."
    )
    max_lateness_s: Seconds = Field(
        10_800.0, alias="max_lateness", description="A digest later than this is skipped."
    )
    correct_for_s: Seconds = Field(
        259_200.0, alias="correct_for", description="How long a digest is corrected."
    )
    pace_s: Seconds = Field(
        1.0, alias="pace", description="Least time between two posts to a channel."
    )


_BOARD = {
    "general": BoardChannel(looks_like="slack"),
    "lounge": BoardChannel(looks_like="discord"),
}


class SettingsFile(_Part):
    """The settings of Gazette."""

    version: Literal[1] = Field(1, description="Of this file's form.")
    sources: tuple[SourceSettings, ...] = Field((), description="Where articles come from.")
    subscriptions: tuple[SubscriptionSettings, ...] = Field(
        (), description="Who gets what, and when."
    )
    board: dict[Name, BoardChannel] = Field(_BOARD, description="Channels of the built-in board.")
    delivery: DeliverySettings = Field(DeliverySettings(), description="Durations of delivery.")
    owners: tuple[
        Annotated[str, StringConstraints(pattern=r"^(slack:[UW][A-Z0-9]+|discord:[0-9]+)$")], ...
    ] = Field(
        (),
        description="People who are told when a post fails or needs a person: slack:U…, discord:….",
    )

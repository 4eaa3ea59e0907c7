"""Draws a replay; imported only where something is to be drawn."""

from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from bot.replay.measure import Estimate
from bot.replay.report import Replay
from bot.replay.walk import Ranking

_COLOURS = {"earlier": "#9aa5b1", "later": "#1f5f8b"}


def draw(found: Replay, file: Path) -> None:
    """nDCG@5 of every ranking with its interval, each half apart; the file's ending says the format."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    names = [ranking.value for ranking in Ranking]
    for shift, (part, colour) in zip((-0.18, 0.18), _COLOURS.items(), strict=True):
        values: list[Estimate] = [found.qualities[ranking][part].ndcg for ranking in Ranking]
        axes.bar(
            [at + shift for at in range(len(names))],
            [each.mean for each in values],
            width=0.34,
            color=colour,
            label=f"{part} half",
            yerr=[
                [each.mean - each.low for each in values],
                [each.high - each.mean for each in values],
            ],
            error_kw={"ecolor": "#333333", "capsize": 3},
        )
    axes.set_xticks(range(len(names)), names)
    axes.set_ylim(0, 1)
    axes.set_ylabel("nDCG@5, mean and 95 %")
    is_told = found.qualities[found.chosen]["all"].days > 0
    nothing = "" if is_told else ": nothing published to compare with"
    axes.set_title(f"What would have been picked, per {found.period.value}{nothing}")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    with rc_context({"svg.hashsalt": "gazette"}):  # the same picture each time
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)

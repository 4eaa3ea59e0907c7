"""Draws the series of the growth part as SVG, the same picture from the same numbers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

INK, FAINT = "#1b1b1f", "#c9c9d1"
COLOURS = ("#0b5fff", "#c2410c", "#15803d", "#7e22ce", "#64748b", "#0e7490", "#be185d")
MARKS = "os^DvPX"
SETTINGS = {
    "svg.hashsalt": "gazette",
    "font.size": 10,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}

Series = Mapping[str, list[list[float]]]


def draw(results: Mapping[str, Any], folder: Path) -> dict[str, dict[str, str]]:
    """Writes what can be drawn of these results; file names by title, by part."""
    if "growth" not in results:
        return {}
    series: Series = results["growth"]["series"]
    million: Series = results.get("million", {}).get("series", {})
    with mpl.rc_context(SETTINGS):
        _ingest(series, million, folder / "growth.svg")
        _lookups(series, folder / "lookups.svg")
    return {
        "growth": {
            "Time and memory of a cold ingest against the number of articles": "growth.svg",
            "Look-ups and drafts, 99th percentile against the number of articles": "lookups.svg",
        }
    }


def _ingest(series: Series, million: Series, file: Path) -> None:
    figure, (time, memory) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    names = {"ours": "Gazette", "baseline": "baseline (load all, then insert)"}
    for axes, what in ((time, "seconds"), (memory, "memory")):
        for place, (who, label) in enumerate(names.items()):
            _line(axes, series[f"{who} {what}"], label, place)
        if f"ours {what}" in million:
            [[x, y]] = million[f"ours {what}"]
            label = "Gazette, 3 related links each"
            axes.plot(x, y, "o", color=COLOURS[0], markerfacecolor="white", label=label)
    time.set_title("Whole time of a cold ingest", loc="left")
    memory.set_title("Peak memory of all its processes (PSS)", loc="left")
    _finish(time, "seconds")
    _finish(memory, "MB")
    _save(figure, time, file)


def _lookups(series: Series, file: Path) -> None:
    figure, both = plt.subplots(1, 2, figsize=(10, 4.8), sharey=True, layout="constrained")
    titles = {"longer": "Same articles a day, more years", "denser": "Same 15 months, more a day"}
    for axes, (times, title) in zip(both, titles.items(), strict=True):
        asked = {name: each for name, each in series.items() if name.startswith(f"{times} ")}
        for place, (name, points) in enumerate(asked.items()):
            _line(axes, points, name.removeprefix(f"{times} "), place)
        axes.set_title(title, loc="left")
        _finish(axes, "99th percentile, ms")
    _save(figure, both[0], file)


def _line(axes: Axes, points: list[list[float]], label: str, place: int) -> None:
    x, y = zip(*points, strict=True)
    axes.plot(x, y, color=COLOURS[place], marker=MARKS[place], markersize=5, label=label)


def _save(figure: Figure, axes: Axes, file: Path) -> None:
    """One legend for all axes, since they show the same lines."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)


def _finish(axes: Axes, unit: str) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("articles")
    axes.set_ylabel(unit)
    axes.grid(visible=True)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
        )
        axis.set_minor_formatter(NullFormatter())
    axes.margins(y=0.15)


def lateness(late_s: Sequence[float], file: Path) -> None:
    """How many digests were how late; both axes by powers of ten, as most come within seconds."""
    edges = [10 ** (at / 4) for at in range(-4, 18)]
    with mpl.rc_context(SETTINGS):
        figure, axes = plt.subplots(figsize=(10, 4.2), layout="constrained")
        axes.hist(
            [max(each, edges[0]) for each in late_s], bins=edges, color=COLOURS[0], rwidth=0.92
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks([0.1, 1, 10, 60, 600, 3_600, 10_800])
        axes.set_xticklabels(["0.1 s", "1 s", "10 s", "1 min", "10 min", "1 h", "3 h"])
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("from the due time to the message in the channel")
        axes.set_ylabel("digests")
        axes.grid(axis="y")
        axes.set_title(f"{len(late_s):,} digests of a year among faults", loc="left")
        figure.savefig(file, metadata={"Date": None})
        plt.close(figure)

# SPDX-License-Identifier: MIT
"""Writes docs/performance.md and its chart from the figures of peers.py. Measures nothing."""

import statistics
from xml.sax.saxutils import escape

from run import FLOOR, ratio_text, ratios_of

CHART = "performance.svg"
COLOURS = ("#0b7285", "#e8590c", "#5f3dc4", "#2b8a3e", "#868e96", "#a61e4d")
BAR, GAP, LEFT, SCALE = 14, 16, 250, 380  # Pixels; SCALE is the length of the ratio 1.

COMMAND = "./dev bench peers --uws PATH --write"

BEFORE = """# Performance

Measured on {date}: {processor}, {cores} cores, {system}, {compiler}. Written by `{command}`. In
each of {rounds} rounds, the servers run one after another, {seconds} s each. Every server has one
thread on one core; the load generator runs on another core. Weft is built with its release settings
and installed first. All servers are compiled with `-O3`; uWebSockets also with the flags of its own
build, `-march=native` and link-time optimisation.

Other machines give other figures. Compare only ratios of one run.

## Messages per second of the server's CPU time

The numbers are ratios to `raw`, a TCP echo on epoll without any protocol, in the same round: the
median, and the lowest and highest of all rounds. A server with 1.00 adds no cost to that of the
system's sockets.

![Messages per CPU second, compared with raw]({chart})

"""


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def median_cell(figures, key, pattern):
    values = [one[key] for one in figures if one and key in one]
    return pattern.format(statistics.median(values)) if values else "-"


def names_of(report):
    """The servers, without the floor."""
    first = next(iter(report["figures"].values()))
    return [name for name in first if name != FLOOR]


def ratio_table(report):
    names = names_of(report)
    rows = []
    for key, figures in report["figures"].items():
        rows.append([report["titles"][key],
                     *(ratio_text(figures[name], figures[FLOOR], to="to") for name in names)])
    return table(["", *names], rows)


def latency_table(report):
    names = [FLOOR, *names_of(report)]
    rows = []
    for key, figures in report["figures"].items():
        if key == "openings":
            continue
        rows.append([report["titles"][key], *(
            " / ".join(median_cell(figures[name], part, "{:,.0f}")
                       for part in ("p50_us", "p99_us", "p999_us")) for name in names)])
    return table(["", *names], rows)


def other_table(report):
    names = names_of(report)
    rows = []
    idle = report["figures"].get("idle")
    if idle:
        rows.append(["bytes per idle connection", *(
            median_cell(idle[name], "idle_bytes_per_connection", "{:,.0f}") for name in names)])
    for key in next(iter(report["calls"].values()), {}):
        rows.append([f"system calls per message, {report['titles'][key]}", *(
            f"{report['calls'].get(name, {}).get(key, 0):.1f}"
            if key in report["calls"].get(name, {}) else "-" for name in names)])
    builds = report["builds"]
    rows.append(["the echo server is compiled in", *(
        f"{builds[name]['seconds']:.1f} s" if name in builds else "-" for name in names)])
    rows.append(["size of the program, stripped", *(
        f"{builds[name]['bytes'] / 1000:,.0f} KB" if name in builds else "-" for name in names)])
    return table(["", *names], rows)


def chart(report):
    names = names_of(report)
    parts, y = [], 10
    for number, name in enumerate(names):
        x = LEFT + number * 110
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" '
                     f'fill="{COLOURS[number % len(COLOURS)]}"/>'
                     f'<text x="{x + 17}" y="{y + 11}">{escape(name)}</text>')
    y += 30
    top = y
    for key, figures in report["figures"].items():
        middle = y + len(names) * BAR / 2 + 4
        parts.append(f'<text x="{LEFT - 10}" y="{middle}" text-anchor="end">'
                     f'{escape(report["titles"][key])}</text>')
        for number, name in enumerate(names):
            values = ratios_of(figures[name], figures[FLOOR])
            if values:
                ratio = statistics.median(values)
                parts.append(
                    f'<rect x="{LEFT}" y="{y}" width="{ratio * SCALE:.0f}" height="{BAR - 2}" '
                    f'fill="{COLOURS[number % len(COLOURS)]}"/>'
                    f'<text x="{LEFT + ratio * SCALE + 4:.0f}" y="{y + BAR - 3}" '
                    f'font-size="10">{ratio:.2f}</text>')
            y += BAR
        y += GAP
    line = LEFT + SCALE
    parts.append(f'<line x1="{line}" y1="{top - 6}" x2="{line}" y2="{y - GAP}" stroke="#868e96" '
                 f'stroke-dasharray="4 3"/><text x="{line}" y="{y}" text-anchor="middle" '
                 f'font-size="10">raw</text>')
    width = max(LEFT + SCALE * 1.25, LEFT + len(names) * 110)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y + 10}" '
            f'font-family="sans-serif" font-size="12" fill="#495057" role="img">\n'
            '<title>Messages per second of CPU time, compared with a raw TCP echo</title>\n' +
            "\n".join(parts) + "\n</svg>\n")


def write_page(report, folder):
    page = BEFORE.format(command=COMMAND, chart=CHART, **report["conditions"])
    page += ratio_table(report)
    page += "\n## Round trips\n\nThe round-trip times in microseconds at p50 / p99 / p99.9.\n\n"
    page += latency_table(report)
    page += "\n## Memory, system calls and programs\n\n"
    page += other_table(report)
    for name, why in report["left_out"].items():
        page += f"\n{name} was left out: {why}.\n"
    (folder / "performance.md").write_text(page, encoding="utf-8")
    (folder / CHART).write_text(chart(report), encoding="utf-8")

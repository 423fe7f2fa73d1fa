# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tables and plots of what the benchmarks measured."""

import os
import pathlib
import statistics

RIGHT = "-:"


def markdown(heading, rows, alignment=None):
    """A table; `alignment` is one of "-" and "-:" per column, to the left for the first alone where it is missing."""
    alignment = alignment or ["-"] + [RIGHT] * (len(heading) - 1)
    lines = [heading, alignment] + [[str(cell) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def peersTable(results):
    """A row per network, number of threads and peer."""
    heading = ["network", "threads", "peer", "ms", "least", "of peak", "to best peer", "session ms", "MB", "off by",
               "compile s"]
    rows = []
    for entry in results["entries"]:
        for peer, row in entry["peers"].items():
            rows.append(
                [
                    entry["network"],
                    entry["threads"],
                    f"{peer} {row['version'].split('+')[0]} {row['precision']}",
                    f"{row['medianMs']:.3g}",
                    f"{row['leastMs']:.3g}",
                    f"{100 * row['shareOfPeak']:.0f} %",
                    f"{row['toBestPeer']:.2f}",
                    f"{row['createMs']:.0f}",
                    f"{row['residentMB']:.0f}",
                    f"{row['difference']:.1e}",
                    f"{entry['compileSeconds']:.1f}" if peer == "fovea" else "",
                ]
            )
    alignment = ["-", RIGHT, "-"] + [RIGHT] * (len(heading) - 3)
    return markdown(heading, rows, alignment)


def ratio(entry, key, peer):
    """Fovea's time over a peer's."""
    found = entry["peers"]
    return f"{found['fovea'][key] / found[peer][key]:.2f}" if peer in found else ""


def ratiosTable(results):
    """A row per network and number of threads: what each peer takes, and how Fovea stands."""
    peers = list(dict.fromkeys(peer for entry in results["entries"] for peer in entry["peers"]))
    heading = ["network", "threads", "GMAC", "peak GFLOP/s", *(f"{peer} ms" for peer in peers)]
    heading += ["fovea of peak", "to best peer", "to onnxruntime", "by least times"]
    rows = []
    for entry in results["entries"]:
        found = entry["peers"]
        rows.append(
            [
                entry["network"],
                entry["threads"],
                f"{entry['macs'] / 1e9:.3f}",
                f"{entry['peakGflops']:.0f}",
                *(f"{found[peer]['medianMs']:.3g}" if peer in found else "" for peer in peers),
                f"{100 * found['fovea']['shareOfPeak']:.0f} %",
                f"{found['fovea']['toBestPeer']:.2f}",
                ratio(entry, "medianMs", "onnxruntime"),
                ratio(entry, "leastMs", "onnxruntime"),
            ]
        )
    return markdown(heading, rows)


def plotPeers(results, path):
    """Bars of each peer's time over Fovea's: below 1 a peer is faster. One plot per number of threads."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    counts = sorted({entry["threads"] for entry in results["entries"]})
    figure, plots = pyplot.subplots(len(counts), 1, squeeze=False, layout="constrained")
    figure.set_size_inches(2 + 1.2 * len(results["entries"]) / len(counts), 3.2 * len(counts))
    for axes, threads in zip(plots[:, 0], counts):
        entries = [entry for entry in results["entries"] if entry["threads"] == threads]
        peers = list(dict.fromkeys(peer for entry in entries for peer in entry["peers"] if peer != "fovea"))
        for i, peer in enumerate(peers):
            places = [x + (i + 0.5) / (len(peers) + 1) for x, entry in enumerate(entries) if peer in entry["peers"]]
            ratios = [
                entry["peers"][peer]["medianMs"] / entry["peers"]["fovea"]["medianMs"]
                for entry in entries
                if peer in entry["peers"]
            ]
            axes.bar(places, ratios, 1 / (len(peers) + 1), label=peer)
        axes.axhline(1, color="black", linewidth=1)
        axes.set_xticks([x + 0.4 for x in range(len(entries))], [entry["network"] for entry in entries])
        axes.set_ylabel("time / Fovea's")
        axes.set_title(f"{threads} thread{'s' if threads > 1 else ''}: above the line Fovea is faster")
        axes.legend(fontsize="small")
    figure.savefig(path)


def cpu():
    """What the operating system says of this machine's processor."""
    first = pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    facts = dict(map(str.strip, line.split(":", 1)) for line in first.splitlines() if ":" in line)
    vectors = "AVX-512" if "avx512f" in facts.get("flags", "") else "AVX2"
    family = f"family {facts.get('cpu family')}, model {facts.get('model')}"
    return f"{facts.get('model name')} ({family}, {vectors}), {os.cpu_count()} CPUs"


def machineTable(results):
    """What the machine does at most: a column per number of threads."""
    runs = results["threads"]
    rows = [["multiply-adds of f32, GFLOP/s", *(f"{run['peakGflops']:.0f}" for run in runs)]]
    for points in zip(*(zip(run["reads"], run["writes"]) for run in runs)):
        size = points[0][0]["bytes"]
        if size in (16 << 10, 256 << 10, 4 << 20, 256 << 20):
            name = f"{size >> 10} KiB" if size < 1 << 20 else f"{size >> 20} MiB"
            both = (" / ".join(f"{access['gigabytesPerSecond']:.0f}" for access in point) for point in points)
            rows.append([f"reads / writes of {name}, GB/s", *both])
    counts = [f"{run['threads']} thread{'s' if run['threads'] > 1 else ''}" for run in runs]
    return markdown([results["cpu"], *counts], rows)


def memoryTable(results):
    """What it takes to load each network: milliseconds and megabytes, on one thread."""
    entries = [entry for entry in results["entries"] if entry["threads"] == 1]
    peers = list(dict.fromkeys(peer for entry in entries for peer in entry["peers"]))

    def cell(row):
        return f"{row['createMs']:.0f} ms, {row['residentMB']:.0f} MB" if row else ""

    rows = [
        [entry["network"], *(cell(entry["peers"].get(peer)) for peer in peers), f"{entry['compileSeconds']:.1f} s"]
        for entry in entries
    ]
    return markdown(["network", *peers, "fovea compile, ahead"], rows)


def compileTable(results):
    """Medians of compile_time.py's runs, and the most memory that was resident in any."""
    rows = []
    for network, runs in results.items():
        cold, warm = (statistics.median(run["seconds"] for run in runs[kind]) for kind in ("cold", "warm"))
        peaks = (max(run[key] for run in runs["cold"] + runs["warm"]) for key in ("peakBytes", "peakWorkerBytes"))
        name, kernels = network.rpartition(":")[2], runs["cold"][0]["compiled"]
        rows.append([name, kernels, f"{cold:.1f}", f"{warm:.2f}", *(f"{peak / 1e6:.0f}" for peak in peaks)])
    return markdown(["network", "kernels", "cold s", "warm s", "MB of fovea", "MB of a process per kernel"], rows)


def boundMilliseconds(layer):
    return max(layer["computeMilliseconds"], layer["memoryMilliseconds"])


def lostMilliseconds(layer):
    return layer["milliseconds"] - boundMilliseconds(layer)


def boundsTable(results):
    """A row per network: its kernels' time against the sum of their bounds, and how many are near theirs."""
    rows = []
    for name, found in results.items():
        layers = found["layers"]
        bounds, times = sum(map(boundMilliseconds, layers)), sum(layer["milliseconds"] for layer in layers)
        near = sum(boundMilliseconds(layer) >= 0.92 * layer["milliseconds"] for layer in layers)
        memory = sum(layer["bound"] == "memory" for layer in layers)
        least = f"{found['leastMilliseconds']:.2f}"
        rows.append([name, len(layers), memory, least, f"{times:.2f}", f"{100 * bounds / times:.0f} %", near])
    heading = ["network", "kernels", "bound by memory", "ms", "sum of kernels", "of the sum of bounds"]
    return markdown([*heading, "at 92 % or more"], rows)


def lossesTable(results, most=5):
    """The kernels of each network that lose most time against their bounds."""
    rows = []
    for name, found in results.items():
        for layer in sorted(found["layers"], key=lostMilliseconds, reverse=True)[:most]:
            share = f"{100 * boundMilliseconds(layer) / layer['milliseconds']:.0f} %"
            line = pathlib.PurePath(layer["where"][0]).name if layer["where"] else ""
            cells = [f"{layer['milliseconds']:.3f}", share, layer["bound"], f"{lostMilliseconds(layer):.3f}", line]
            rows.append([name, layer["layers"], *cells])
    heading = ["network", "layers", "ms", "of bound", "bound by", "lost ms", "line"]
    return markdown(heading, rows, ["-", "-", RIGHT, RIGHT, "-", RIGHT, "-"])


def zooTable(results):
    """A row per network that was compared with PyTorch."""
    rows = [
        [name, row["source"], row["depth"], f"{row['difference']:.1e}"]
        for name, row in sorted(results["networks"].items())
    ]
    heading = ["network", "model of", "layers with weights", "difference"]
    return markdown(heading, rows, ["-", "-", RIGHT, RIGHT])


def missingTable(results):
    """The networks that only one side has."""
    sides = {"torchvision": results["onlyTorchvision"], "nn/": results["onlyFovea"]}
    return markdown(["only in", "networks"], [[side, ", ".join(names)] for side, names in sides.items()], ["-", "-"])

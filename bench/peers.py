#!/usr/bin/env python3
# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times Fovea beside its peers: the same networks, weights and inputs, on the same machine at the same time.

    bench/peers.py                                          resnet18 and mobilenet_v2, one and two threads, all peers
    bench/peers.py --networks vgg16 --threads 1 --rounds 5

The first call installs the peers from PyPI into build/bench/venv. A round starts a fresh process for each peer, which
checks its output against PyTorch's before it is timed; then all run in turn for a fraction of a second each, the
others stopped meanwhile, with a measurement of the machine's FMA peak between. Results are added to OUT/peers.json,
where later calls on the same CPU find them; the table OUT/peers.md and the plot OUT/peers.svg show all of it.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

import environment
import networks
import report
from environment import BENCH, FOVEA, ROOT

TOLERANCE = 1e-3  # Of the greatest output. Winograd's sums, ncnn's, are the least exact.
PATIENCE = 600  # Seconds that a worker may take to load a model, or for a turn.
PEERS = ["fovea", "onnxruntime", "openvino", "ncnn", "torch"]


class Worker:
    """worker.py in a process of its own, which stands still unless it is asked to run."""

    def __init__(self, peer, folder, threads):
        command = [sys.executable, ROOT / "bench" / "worker.py", peer, folder, str(threads)]
        self.process = subprocess.Popen(
            command,
            env=os.environ | {"OMP_NUM_THREADS": str(threads)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.found = self.answer()
        if not self.found["difference"] <= TOLERANCE:
            self.fail(f"{peer} is wrong by {self.found['difference']:.1e} of the greatest output")
        self.turns = []

    def fail(self, message):
        self.process.kill()
        sys.exit(f"peers.py: {message}")

    def answer(self):
        watchdog = threading.Timer(PATIENCE, self.process.kill)
        begin = time.monotonic()
        watchdog.start()
        line = self.process.stdout.readline()
        watchdog.cancel()
        if not line:
            reason = f"took longer than {PATIENCE} s" if time.monotonic() - begin >= PATIENCE else "failed"
            self.fail(f"{' '.join(map(str, self.process.args))} {reason}")
        self.process.send_signal(signal.SIGSTOP)
        return json.loads(line)

    def run(self, seconds):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        answer = self.answer()
        self.turns.append(answer["ms"])
        self.found["residentMB"] = answer["residentMB"]


def fmaPeak(threads):
    """GFLOP/s."""
    command = [FOVEA, "bench", "--machine", f"--threads={threads}", "--seconds=0.05", "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["peakGflops"]


def measureRound(peers, folder, threads, arguments):
    """{peer: what its worker found} and the FMA peaks between the turns."""
    workers, peaks = {}, []
    try:
        for peer in peers:
            workers[peer] = Worker(peer, folder, threads)
        for turn in range(arguments.turns):
            for i in range(len(peers)):
                # Who runs first changes, so that nobody always follows the same one.
                workers[peers[(i + turn) % len(peers)]].run(arguments.seconds)
            peaks.append(fmaPeak(threads))
        return {peer: worker.found | {"turns": worker.turns} for peer, worker in workers.items()}, peaks
    finally:
        for worker in workers.values():
            worker.process.kill()


def summarise(rounds):
    """One peer's rounds: the median of the turns' medians, and what else its rows tell."""
    times = [ms for found in rounds for turn in found["turns"] for ms in turn]
    last = rounds[-1]
    return {
        "version": last["version"],
        "precision": last["precision"],
        "medianMs": statistics.median(statistics.median(turn) for found in rounds for turn in found["turns"]),
        "leastMs": min(times),
        "runs": len(times),
        "createMs": statistics.median(found["createMs"] for found in rounds),
        "residentMB": statistics.median(found["residentMB"] for found in rounds),
        "difference": max(found["difference"] for found in rounds),
    }


def exportOnce(name, folder):
    """The network in every peer's format, made again where what makes it has changed."""
    exporter = ROOT / "bench" / "networks.py"
    stamp, state = folder / "exported", exporter.read_text() + environment.REQUIREMENTS.read_text()
    if stamp.exists() and stamp.read_text() == state:
        return
    print(f"exporting {name}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with open(folder / "export.log", "w") as log:
        done = subprocess.run([sys.executable, exporter, name, folder], stdout=log, stderr=log)
    if done.returncode:
        sys.exit(f"peers.py: {name} cannot be exported; see {folder / 'export.log'}")
    stamp.write_text(state)


def compileArtefact(name, folder):
    """Writes Fovea's artefact; {"compileSeconds": cold, with every kernel compiled anew, "macs"}."""
    network = ROOT / "nn" / networks.ours()[name]
    command = [FOVEA, "compile", network, "--weights", folder / "model.safetensors", "--shared", "--no-cache"]
    begin = time.perf_counter()
    subprocess.run(command + ["-o", f"{folder}/fovea/"], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begin
    version = subprocess.run([FOVEA, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[1]
    (folder / "fovea" / "version").write_text(version)
    cost = subprocess.run([FOVEA, "cost", network, "--json"], check=True, stdout=subprocess.PIPE).stdout
    return {"compileSeconds": seconds, "macs": json.loads(cost)["total"]["macs"]}


def measureNetwork(folder, threads, compiled, arguments):
    """One entry of peers.json. `compiled` is what compileArtefact found."""
    entry = {"network": folder.name, "threads": threads, "machine": report.cpu()} | compiled
    rounds, peaks = [], []
    for _ in range(arguments.rounds):
        found, roundPeaks = measureRound(arguments.peers, folder, threads, arguments)
        rounds.append(found)
        peaks += roundPeaks
    entry["peakGflops"] = statistics.median(peaks)
    entry["peers"] = {peer: summarise([found[peer] for found in rounds]) for peer in arguments.peers}
    best = min(row["medianMs"] for peer, row in entry["peers"].items() if peer != "fovea")
    for row in entry["peers"].values():
        row["toBestPeer"] = row["medianMs"] / best
        row["shareOfPeak"] = 2 * entry["macs"] / (row["medianMs"] * 1e6) / entry["peakGflops"]
    return entry


def readResults(file):
    """What earlier calls measured on this machine: figures of another one do not stand beside its."""
    machine = report.cpu()
    entries = json.loads(file.read_text())["entries"] if file.exists() else []
    return {"machine": machine, "entries": [entry for entry in entries if entry.get("machine") == machine]}


def words(text):
    return text.split(",")


def integers(text):
    return [int(word) for word in words(text)]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=words, default=["resnet18", "mobilenet_v2"], help="names, or all")
    parser.add_argument("--threads", type=integers, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3, help="fresh processes for each peer")
    parser.add_argument("--turns", type=int, default=5, help="turns that each peer has in a round")
    parser.add_argument("--seconds", type=float, default=0.2, help="length of a turn")
    parser.add_argument("--peers", type=words, default=PEERS)
    parser.add_argument("--out", type=pathlib.Path, default=BENCH, help="folder of the results")
    arguments = parser.parse_args()
    unknown = set(arguments.peers) - set(PEERS)
    if unknown or "fovea" not in arguments.peers or len(arguments.peers) < 2:
        parser.error(f"--peers are fovea and some of {', '.join(PEERS[1:])}")
    if arguments.networks == ["all"]:
        arguments.networks = sorted(set(networks.ours()) & set(networks.theirs()))
    missing = set(arguments.networks) - (set(networks.ours()) & set(networks.theirs()))
    if missing:
        parser.error(f"not both in nn/ and in torchvision: {', '.join(sorted(missing))}")
    return arguments


def main():
    arguments = parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = arguments.out / "peers.json"
    results = readResults(file)
    for name in arguments.networks:
        folder = BENCH / "models" / name
        exportOnce(name, folder)
        compiled = compileArtefact(name, folder)
        for threads in arguments.threads:
            entry = measureNetwork(folder, threads, compiled, arguments)
            key = (name, threads)
            others = [other for other in results["entries"] if (other["network"], other["threads"]) != key]
            results["entries"] = sorted(others + [entry], key=lambda entry: (entry["macs"], entry["threads"]))
            file.write_text(json.dumps(results, indent=1))
            print(report.peersTable({"entries": [entry]}), flush=True)
    (arguments.out / "peers.md").write_text(report.peersTable(results) + "\n")
    report.plotPeers(results, arguments.out / "peers.svg")


if __name__ == "__main__":
    environment.enter()
    main()

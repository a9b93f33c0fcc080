"""Whole training steps beside PyTorch and JAX: one process per peer, in turns, the same work; prints a table of ratios.

python benchmarks/peers.py [workload ...] [--peers typedgrad torch ...] [--rounds 6] [--seconds 0.5] [--threads 2]
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODULES = {"typedgrad": "with_typedgrad", "torch": "with_torch", "jax": "with_jax"}
PEERS = ("typedgrad", "torch", "torch channels_last", "torch compile", "jax")
OURS = "typedgrad"  # further ones, if asked for: "typedgrad compiled", "typedgrad numpy" (without the native kernels)
WARM_UP, COMPARED = 5, 5


def serve(peer: str, name: str) -> None:
    """A peer's process: makes the step, then steps for as long as it is told, and reports the milliseconds of each."""
    sys.path.insert(0, str(HERE))
    from steps.workloads import WORKLOADS

    start = time.perf_counter()
    module = importlib.import_module(f"steps.{MODULES[peer.partition(' ')[0]]}")
    imported = time.perf_counter() - start
    step = module.make(WORKLOADS[name], peer)
    start = time.perf_counter()
    losses = [step()]
    first = time.perf_counter() - start
    losses += [step() for _ in range(COMPARED - 1)]
    for _ in range(WARM_UP):
        step()
    print(json.dumps({"import": imported, "first": first, "losses": losses}), flush=True)
    for line in sys.stdin:
        until = time.perf_counter() + float(line)
        times = []
        while (now := time.perf_counter()) < until:
            step()
            times.append((time.perf_counter() - now) * 1e3)
        print(json.dumps({"times": times, "peak": _peak()}), flush=True)


def _peak() -> float:
    """The most memory that this process has held, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Peer:
    """A process that steps when it is told to."""

    def __init__(self, peer: str, workload: str, threads: int) -> None:
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TYPEDGRAD_NUM_THREADS")
        environment = {**os.environ, **dict.fromkeys(names, str(threads))}
        if peer.startswith("torch"):
            environment |= {"OMP_PROC_BIND": "true", "GOMP_SPINCOUNT": "300000"}
        if peer == "typedgrad numpy":
            environment |= {"TYPEDGRAD_KERNELS": "off"}
        if peer == "jax":
            environment |= {"JAX_PLATFORMS": "cpu"}
        command = [sys.executable, __file__, "--serve", peer, workload]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.rounds: list[list[float]] = []
        self.peak = 0.0
        self.facts: dict[str, Any] = self._read()

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the peer ended with status {self.process.wait()}")
        return json.loads(line)

    def turn(self, seconds: float) -> None:
        """Let it step for so long."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        told = self._read()
        self.rounds.append(told["times"])
        self.peak = told["peak"]

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    @property
    def times(self) -> list[float]:
        """The milliseconds of all steps."""
        return [t for each in self.rounds for t in each]


def compare(workload: str, names: list[str], rounds: int, seconds: float, threads: int) -> float:
    """Print the rows of one workload; the ratio of ours to the fastest peer."""
    peers: dict[str, Peer] = {}
    for name in names:
        try:
            peers[name] = Peer(name, workload, threads)
        except RuntimeError as error:
            print(f"| {workload} | {name} | left out: {error} |")
    for r in range(rounds):
        order = list(peers)
        for name in order[r % len(order) :] + order[: r % len(order)]:
            peers[name].turn(seconds)
    reference = next(iter(peers.values())).facts["losses"]
    ours = peers.get(OURS)
    medians = {name: statistics.median(peer.times) for name, peer in peers.items()}
    rivals = {name: m for name, m in medians.items() if not name.startswith(OURS)}
    fastest = min(rivals, key=lambda name: rivals[name]) if rivals else None
    for name, peer in peers.items():
        losses = peer.facts["losses"]
        apart = max(abs(a - b) / max(abs(a), 1e-3) for a, b in zip(losses, reference, strict=True))
        ratio = "" if fastest is None else f"{_ratio(peer, peers[fastest]):.2f}"
        title = f"{name} *" if name == fastest else name
        times = f"{medians[name]:.2f} | {min(peer.times):.2f} | {ratio} | {peer.facts['first']:.2f}"
        print(f"| {workload} | {title} | {times} | {peer.peak:.0f} | {apart:.0e} |", flush=True)
        peer.close()
    return _ratio(ours, peers[fastest]) if ours is not None and fastest is not None else float("nan")


def _ratio(peer: Peer, other: Peer) -> float:
    """The median over the rounds of the ratio of the rounds' medians."""
    pairs = zip(peer.rounds, other.rounds, strict=True)
    return statistics.median(statistics.median(a) / statistics.median(b) for a, b in pairs)


def main() -> None:
    """Compare what is asked for."""
    if len(sys.argv) > 1 and sys.argv[1] == "--serve":
        serve(sys.argv[2], sys.argv[3])
        return
    sys.path.insert(0, str(HERE))
    from steps.workloads import WORKLOADS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    parser.add_argument("--peers", nargs="+", default=None)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    names = options.peers or [name for name in PEERS if _version(name.partition(" ")[0])]
    versions = ", ".join(f"{name} {v}" for name in ("typedgrad", "numpy", "torch", "jax") if (v := _version(name)))
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors, {versions}")
    print(f"{options.threads} threads, float32; a step is forward, backward and update; * the fastest rival\n")
    print("| workload | peer | median ms | min | x fastest | first step s | peak MB | losses apart |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for workload in options.workloads:
        compare(workload, names, options.rounds, options.seconds, options.threads)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()

"""Loads files that are wrong on purpose, and watches what happens: `FOLDER COUNT`; prints what it found as JSON.

The process has a limit on its memory; it notes what Python is asked to do while a file is being loaded (to compile, to
import, to start a process, to write a file), and how long it takes.
"""

from __future__ import annotations

import contextlib
import json
import random
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import typedgrad as tg
from tests.io.hostile import Attack, attacks, bad_networks, damaged
from typedgrad.io import BundleError, load_tensors, save_tensors

MEMORY = 1 << 30
REFUSED = (
    "exec",
    "compile",
    "import",
    "os.",
    "subprocess.",
    "socket.",
    "pickle.",
    "marshal.",
    "ctypes.dlopen",
    "shutil.",
)
HARMLESS = ("os.listdir", "os.scandir")


class Watch:
    """What Python is asked to do, while it is on."""

    def __init__(self) -> None:
        self.on = False
        # Whether a network may be built.
        self.building = False
        self.seen: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, details: tuple[Any, ...]) -> None:
        if not self.on or (event == "import" and str(details[0]).startswith("typedgrad.")):
            return
        if self.building and event in ("compile", "exec"):
            return  # the library's own modules, and what is written for an op when it is first called
        writes = event == "open" and isinstance(details[1], str) and set(details[1]) & set("wax+")
        if writes or (event.startswith(REFUSED) and event not in HARMLESS):
            self.seen.append(f"{event} {details!r}"[:200])


def model() -> Any:
    layers = (tg.nn.Dense(in_features=4, out_features=3), tg.nn.BatchNorm(features=3), tg.nn.Dropout(drop=0.5))
    return tg.nn.Sequential(*layers)


def good(folder: Path) -> Path:
    """A bundle with all that there can be in one."""
    made, updater, path = tg.init(model(), tg.random.key(0)), tg.optim.adam(), folder / "good.zip"
    history = tg.train.History()
    history.steps, history.epochs = [2.0, 1.0], [1.5]
    tg.save(
        path, made, state=updater.init(made), position=tg.train.Position(1, 2, 3), key=tg.random.key(7),
        normaliser=tg.data.Standardize().fit(tg.ones((2, 4))), history=history, score=0.5,
        extras={"plateau": tg.optim.on_plateau(0.1).state},
    )  # fmt: skip
    return path


def good_network(folder: Path) -> Path:
    """A bundle that says itself what its model is."""
    net = (
        tg.network(seed=1, updater=tg.optim.adam(tg.optim.cosine(1e-3, steps=9)), l2=1e-4)
        .input("n 1 8 8")
        .layer(tg.nn.Conv2d, out_channels=2, kernel=3, activation="relu")
        .layer(tg.nn.BatchNorm)
        .layer(tg.nn.MaxPool2d, kernel=2)
        .layer(tg.nn.Dropout, drop=0.5)
        .output("softmax_cross_entropy", tg.nn.Dense, out_features=3)
        .build()
    )
    path = folder / "network.zip"
    tg.save(path, net, state=net.recipe.updater.init(net))
    return path


def good_graph(folder: Path) -> Path:
    """The same for layers that part and meet."""
    graph = tg.network(seed=5, updater=tg.optim.momentum(0.1)).graph()
    x = graph.input("x", "n 4")
    inner = x.layer(tg.nn.Dense, out_features=4, activation="tanh").layer(tg.nn.BatchNorm)
    net: Any = graph.build(inputs=x, outputs=(x + inner).output("mse", tg.nn.Dense, out_features=2))
    path = folder / "graph.zip"
    tg.save(path, net, state=net.recipe.updater.init(net))
    return path


def leaves(loaded: Any) -> list[Any]:
    """All that was loaded, such that it can be compared."""
    found = [loaded.model, loaded.state, loaded.position, loaded.key, loaded.score, loaded.extras, loaded.history.steps]
    return [leaf.tolist() if isinstance(leaf, tg.Tensor) else repr(leaf) for leaf in tg.tree_map(_plain, found)]


def _plain(leaf: Any) -> Any:
    return (
        repr(tg.to_numpy(getattr(leaf, "value", leaf)).tolist())
        if hasattr(leaf, "shape") or hasattr(leaf, "value")
        else leaf
    )


def outcome(attack: Attack, path: Path, expected: list[Any]) -> str:
    """What loading a file leads to. Other errors than those that should be are not caught."""
    try:
        if attack.kind == "tensors":
            load_tensors(path)
            return "loaded"
        loaded = tg.load(path) if attack.kind == "network" else tg.load(path, model(), updater=tg.optim.adam())
    except TypeError as error:
        if not str(error).startswith("load: ") or attack.kind != "network":
            raise
        return "refused"
    except BundleError as error:
        if path.name not in str(error) or len(str(error)) > 5_000 or not error.reason:
            raise RuntimeError(f"this is no good message: {error}") from error
        return "refused"
    assert not attack.exact or leaves(loaded) == expected, "it was loaded, but is not what was written"
    return "loaded"


def chosen(folder: Path, count: int) -> list[Attack]:
    dice = random.Random(count)
    whole = good(folder).read_bytes()
    save_tensors(folder / "w.safetensors", {"a.b": tg.ones((3, 4)), "c": tg.asarray([1, 2])})
    save_tensors(folder / "w.npz", {"a.b": tg.ones((3, 4)), "c": tg.asarray([1, 2])})
    others = [(folder / name).read_bytes() for name in ("w.safetensors", "w.npz")]
    built = attacks(whole, dice)
    wholes = [make(folder).read_bytes() for make in (good_network, good_graph)]
    networks = [Attack("network", False, data) for net in wholes for data in bad_networks(net)]
    built += dice.sample(networks, min(len(networks), len(built)))
    taken = built if len(built) <= count * 3 // 4 else dice.sample(built, count * 3 // 4)
    while len(taken) < count:
        taken.append(Attack("bundle", True, damaged(whole, dice)))
        if len(taken) % 4 == 0:
            taken.append(Attack("network", False, damaged(dice.choice(wholes), dice)))
        if len(taken) % 8 == 0:
            taken.append(Attack("tensors", False, damaged(dice.choice(others), dice)))
    return taken


def main(folder: Path, count: int) -> None:
    taken = chosen(folder, count)
    path = folder / "hostile.zip"
    watch = Watch()
    expected = leaves(tg.load(good(folder), model(), updater=tg.optim.adam()))
    for name in ("w.safetensors", "w.npz"):
        load_tensors(folder / name)
    for attack in taken[:20]:  # what is imported when it is first needed now is
        path.write_bytes(attack.data)
        with contextlib.suppress(Exception):
            outcome(attack, path, expected)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY, resource.RLIM_INFINITY))
    counts: dict[str, int] = {"refused": 0, "loaded": 0}
    failed: list[str] = []
    slowest = 0.0
    for number, attack in enumerate(taken):
        path.write_bytes(attack.data)
        start = time.perf_counter()
        watch.on, watch.building = True, attack.kind == "network"
        try:
            counts[outcome(attack, path, expected)] += 1
        except BaseException:  # noqa: BLE001  # whatever it is, it should not be
            watch.on = False
            failed.append(f"{number} ({attack.data[:60]!r}): {traceback.format_exc()[-1000:]}")
        watch.on = False
        slowest = max(slowest, time.perf_counter() - start)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = {**counts, "failed": failed, "slowest": slowest, "megabytes": (after - before) / 1024, "seen": watch.seen}
    print(json.dumps(report))


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

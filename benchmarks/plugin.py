"""What the mypy plugin costs: a generated project of 5,000 lines, with and without it, cold and under the daemon.

python benchmarks/plugin.py [rounds]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODULES = 25
BLOCKS = 9
CALLS = 14  # in each block, operators included
HEAD = """\
from __future__ import annotations

from jaxtyping import Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, LayerNorm, sub
"""
BLOCK = """

def step_{i}(x: Float32[Tensor, "batch {n}"], w: Float32[Tensor, "{n} hidden"]) -> Float32[Tensor, "batch hidden"]:
    h = tg.relu(x @ w)
    h = h - tg.mean(h, axis=0, keepdims=True)
    return h * 2.0


class Block{i}(Layer):
    width: int
    up: Dense = sub(lambda self: Dense(in_features=self.width, out_features={k} * self.width))
    down: Dense = sub(lambda self: Dense(in_features={k} * self.width, out_features=self.width))
    norm: LayerNorm = sub(lambda self: LayerNorm(features=self.width))

    def __call__(self, x: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch width"]:
        return x + self.down(tg.gelu(self.up(self.norm(x))))


def loss_{i}(model: Block{i}, x: Float32[Tensor, "batch {n}"], labels: Int64[Tensor, "batch"]) -> Float[Tensor, ""]:
    logits = tg.reshape(model(x), (x.shape[0], -1))
    return tg.softmax_cross_entropy(logits[:, :10], labels)
"""


def generate(folder: Path) -> list[Path]:
    """Write the project's modules."""
    files = []
    for m in range(MODULES):
        blocks = [BLOCK.format(i=i, n=16 + (m * BLOCKS + i) % 97, k=2 + (m + i) % 5) for i in range(BLOCKS)]
        files.append(folder / f"module_{m}.py")
        files[-1].write_text(HEAD + "".join(blocks))
    return files


def configure(folder: Path, name: str, plugin: str) -> list[str]:
    """The options of one way of checking."""
    ini = folder / f"{name}.ini"
    ini.write_text(f"[mypy]\nstrict = True\n{plugin}")
    return ["--config-file", str(ini), "--cache-dir", str(folder / name)]


def seconds(command: list[str], folder: Path) -> float:
    """How long a command takes."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or "INTERNAL" in done.stdout:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - start


def cold(folder: Path, options: list[str], files: list[str]) -> float:
    """One run without any cache."""
    cache = Path(options[-1])
    subprocess.run(["rm", "-rf", str(cache)], check=True)
    return seconds([sys.executable, "-m", "mypy", *options, *files], folder)


def edits(folder: Path, options: list[str], files: list[str], rounds: int) -> list[float]:
    """Runs of a daemon after one file was edited."""
    daemon = [sys.executable, "-m", "mypy.dmypy", "--status-file", str(folder / "status.json")]
    run = [*daemon, "run", "--", *options, *files]
    seconds(run, folder)
    found = []
    try:
        for i in range(rounds):
            path = Path(files[i % len(files)])
            path.write_text(path.read_text() + f"\n\nlatest_{i} = {i}\n")
            found.append(seconds(run, folder))
    finally:
        subprocess.run([*daemon, "stop"], cwd=folder, check=False, capture_output=True)
    return found


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [str(path) for path in generate(folder)]
        lines = sum(Path(path).read_text().count("\n") for path in files)
        without = configure(folder, "without", "")
        having = configure(folder, "having", "plugins = typedgrad.mypy_plugin\n")
        # One after the other, so that whatever else the machine does weighs on both.
        pairs = [(cold(folder, without, files), cold(folder, having, files)) for _ in range(rounds)]
        a, b = (min(times) for times in zip(*pairs, strict=True))
        print(f"{lines} lines, {MODULES * BLOCKS * CALLS} operations on tensors, {rounds} rounds, the best of them")
        print(f"cold run without the plugin  {a:6.2f} s")
        print(f"cold run with it             {b:6.2f} s   {b / a:.2f} times")
        print(f"one file edited, daemon      {min(edits(folder, having, files, 2 * rounds)):6.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

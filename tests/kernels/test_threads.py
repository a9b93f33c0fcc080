"""The pool of threads: how many, shared with numpy's matrix products, over forks, and from several threads at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.kernels import comparing

assert comparing.kernels.AVAILABLE


def _python(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", ""])
def test_a_number_of_threads_that_is_none_is_refused(text: str) -> None:
    done = _python("import typedgrad.kernels", TYPEDGRAD_NUM_THREADS=text)
    assert done.returncode != 0
    assert f"TYPEDGRAD_NUM_THREADS must be a number of threads, at least 1, got {text!r}" in done.stderr


def test_the_number_of_threads_is_that_of_the_environment() -> None:
    program = "import typedgrad.kernels, typedgrad.kernels._native as n; print(n.threads())"
    assert _python(program, TYPEDGRAD_NUM_THREADS="1").stdout.strip() == "1"


def test_kernels_can_be_switched_off() -> None:
    program = "import typedgrad.kernels as k; print(k.AVAILABLE)"
    assert _python(program, TYPEDGRAD_KERNELS="off").stdout.strip() == "False"
    assert "TYPEDGRAD_KERNELS must be on or off, got 'maybe'" in _python(program, TYPEDGRAD_KERNELS="maybe").stderr


_STEP = """
import numpy as np, typedgrad as tg
x = tg.asarray(np.ones((512, 256), "float32")); w = tg.asarray(np.ones((256, 300), "float32"))
def f(w): return tg.mean(tg.linear(x, w, activation="relu"))
first = tg.grad(f)(w).numpy()
"""


def test_a_child_after_a_fork_computes_the_same() -> None:
    program = _STEP + (
        "import os\n"
        "child = os.fork()\n"
        "same = np.array_equal(tg.grad(f)(w).numpy(), first)\n"
        "if child == 0: os._exit(0 if same else 1)\n"
        "print(same, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    for threads in ("1", "2", "4"):
        done = _python(program, TYPEDGRAD_NUM_THREADS=threads)
        assert done.stdout.split() == ["True", "0"], done.stderr


def test_the_result_does_not_depend_on_the_threads() -> None:
    program = _STEP + "import hashlib; print(hashlib.sha256(tg.relu(x * 0.5 - 0.25).numpy().tobytes()).hexdigest())"
    found = {_python(program, TYPEDGRAD_NUM_THREADS=n).stdout for n in ("1", "2", "3", "8")}
    assert len(found) == 1
    assert found != {""}


def test_several_threads_may_compute_at_once() -> None:
    rng = np.random.default_rng(0)
    x, w = tg.asarray(rng.standard_normal((300, 200))), tg.asarray(rng.standard_normal((200, 300)))
    expected = tg.softmax(tg.tanh(x @ w)).numpy()
    wrong: list[Any] = []

    def work() -> None:
        wrong.extend(i for i in range(20) if not np.allclose(tg.softmax(tg.tanh(x @ w)).numpy(), expected))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    assert not wrong

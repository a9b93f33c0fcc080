"""Checks can be switched off; what is computed stays the same."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import typedgrad as tg

model = tg.nn.Sequential(tg.nn.Dense(out_features=8), tg.relu, tg.nn.Dense(out_features=3))
model = tg.init(model, tg.random.key(0), input="n 4")
slopes = tg.grad(lambda m: tg.sum(m(tg.ones((2, 4)))))(model)
print(model[2].in_features, model(tg.ones((2, 4))).tolist(), slopes[0].weight.tolist())
"""


def _output(checks: str) -> str:
    environment = {**os.environ, "TYPEDGRAD_CHECKS": checks}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("checks", ["off", "always"])
def test_a_model_learns_its_sizes_and_computes_the_same_whatever_is_checked(checks: str) -> None:
    assert _output(checks) == _output("cached")

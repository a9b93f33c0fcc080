"""The plugin beside those of others: pydantic's in either order, and as pytest-mypy-plugins runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.typing.checking import CONFIG, ROOT, check, errors

PROGRAM = """
from __future__ import annotations

from jaxtyping import Float32
from pydantic import BaseModel, ConfigDict

from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, sub


class Config(BaseModel):
    model_config = ConfigDict(frozen=True)
    width: int = 64
    classes: int = 10


class Example(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    x: Float32[Tensor, "n 3"]


class Net(Layer):
    config: Config
    first: Dense = sub(lambda self: Dense(in_features=784, out_features=self.config.width))
    second: Dense = sub(lambda self: Dense(in_features=self.config.classes, out_features=10))

    def __call__(self, x: Float32[Tensor, "n 784"]) -> Tensor:
        return self.second(self.first(x))


def wrong(x: Float32[Tensor, "n 4"]) -> None:
    Config(width="a")
    Example(x=x)
"""
WANTED = {
    28: "Dense(in_features={self.config.classes}, out_features=10): `x` has in_features={self.config.width}, "
    "but in_features is {self.config.classes} [shape]",
    32: 'Argument "width" to "Config" has incompatible type "str"; expected "int" [arg-type]',
    33: "Example: `x` must have 3 on axis 1 (n 3), not 4 [shape]",
}
CASES = """
- case: right
  main: |
    from jaxtyping import Float32
    from typedgrad import Tensor
    def f(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n 10"]) -> Float32[Tensor, "b 10"]:
        return x @ w
- case: wrong
  main: |
    from jaxtyping import Float32
    from typedgrad import Tensor
    def f(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n 10"]) -> Float32[Tensor, "b 9"]:
        return x @ w
  out: |
    main:4: error: f: the result must have 9 on axis 1 (b 9), not 10  [shape]
    main:4: note:     return  [b 10]
    main:4: note:                ^^
"""


@pytest.mark.parametrize(
    "plugins", ["pydantic.mypy, typedgrad.mypy_plugin", "typedgrad.mypy_plugin, pydantic.mypy"], ids=["after", "before"]
)
def test_beside_the_plugin_of_pydantic(plugins: str, tmp_path: Path) -> None:
    pytest.importorskip("pydantic", reason="pydantic is no dependency of the tests")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    config = CONFIG.replace("plugins = typedgrad.mypy_plugin", f"plugins = {plugins}")
    config += "\n[pydantic-mypy]\ninit_typed = True\n"
    (report,) = check([program], tmp_path, config=config).values()
    assert {line: "; ".join(errors(messages)) for line, messages in report.items()} == WANTED


def test_pytest_mypy_plugins_runs_it(tmp_path: Path) -> None:
    pytest.importorskip("pytest_mypy_plugins", reason="pytest-mypy-plugins is no dependency of the tests")
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nplugins = typedgrad.mypy_plugin\nmypy_path = {ROOT / 'src'}\n")
    (tmp_path / "test_shapes.yml").write_text(CASES)
    # It looks for mypy on the path.
    beside = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    command = [sys.executable, "-m", "pytest", "-q", "--mypy-ini-file=mypy.ini", "test_shapes.yml"]
    done = subprocess.run(command, cwd=tmp_path, env=beside, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

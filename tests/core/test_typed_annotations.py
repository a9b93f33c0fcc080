"""`typed` and annotations of all sorts."""

from __future__ import annotations

import inspect
import re
import textwrap
from abc import ABC
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pytest
from jaxtyping import Float, Int

import typedgrad as tg
from tests.core.judged import refusal
from typedgrad import Tensor


def test_axes_from_f_strings() -> None:
    size = 4

    def made(k: int) -> Callable[[Tensor], Tensor]:
        @tg.typed
        def f(x: Float[Tensor, f"n {k}"]) -> Float[Tensor, f"{k} n"]:
            return tg.matrix_transpose(x)

        return f

    f = _evaluated(made)(size)
    for _ in range(2):
        assert f(tg.ones((2, 4))).shape == (4, 2)
        assert "`x` must have 4 on axis 1" in refusal(lambda: f(tg.ones((2, 3))))


def _evaluated(make: Callable[[int], Callable[[Tensor], Tensor]]) -> Callable[[int], Callable[[Tensor], Tensor]]:
    """The factory as it would be in a module that does not postpone annotations."""
    source = textwrap.dedent(inspect.getsource(make))
    scope: dict[str, Any] = {"tg": tg, "Float": Float, "Tensor": Tensor, "Callable": Callable}
    exec(compile(source, "<evaluated>", "exec", dont_inherit=True), scope)
    return scope["made"]  # type: ignore[no-any-return]  # as the annotation says


def test_axes_that_look_at_arguments_are_judged_every_time() -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"], size: int) -> Float[Tensor, "{size}"]:
        return x[:3]

    for _ in range(2):
        f(tg.ones(5), 3)
        refusal(lambda: f(tg.ones(5), 4))


def test_axes_that_look_at_the_object() -> None:
    class Taking:
        def __init__(self, size: int) -> None:
            self.size = size

        @tg.typed
        def __call__(self, x: Float[Tensor, "{self.size}"]) -> Float[Tensor, "{self.size} 2"]:
            return tg.ones((self.size, 2))

    for _ in range(2):
        assert Taking(3)(tg.ones(3)).shape == (3, 2)
        assert Taking(4)(tg.ones(4)).shape == (4, 2)
        refusal(lambda: Taking(4)(tg.ones(3)))


def test_tree_annotations() -> None:
    pytest.importorskip("jax", reason="jaxtyping's PyTree needs jax")
    from jaxtyping import PyTree

    def f(x: Any) -> None:
        return None

    f.__annotations__["x"] = PyTree[Float[Tensor, "n"]]
    judged = tg.typed(f)
    for _ in range(2):
        judged({"a": tg.ones(2), "b": [tg.ones(2)]})
        refusal(lambda: judged({"a": tg.ones(2), "b": [tg.ones(3)]}))


@runtime_checkable
class HasName(Protocol):
    name: str


class Base(ABC):  # noqa: B024  # only its metaclass matters
    pass


class Derived(Base):
    pass


class Named:
    def __init__(self, *, named: bool) -> None:
        if named:
            self.name = "x"


def test_classes_are_remembered_and_protocols_are_not(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"], base: Base, model: tg.nn.Dense) -> None:
        return None

    model = tg.nn.Dense(in_features=2, out_features=2)
    for _ in range(3):
        f(tg.ones(2), Derived(), model)
    assert len(full_checks) == 1
    refusal(lambda: f(tg.ones(2), object(), model), TypeError)  # type: ignore[arg-type]  # refused

    @tg.typed
    def g(x: Float[Tensor, "n"], named: HasName) -> None:
        return None

    for _ in range(2):
        g(tg.ones(2), Named(named=True))
        refusal(lambda: g(tg.ones(2), Named(named=False)), TypeError)


class Sub(Tensor):
    pass


def test_subclasses_of_tensor_are_not_taken_for_one_another() -> None:
    @tg.typed
    def f(x: Float[Sub, "n"], y: Float[Tensor, "n"] | None = None) -> None:
        return None

    sub = Sub(tg.to_numpy(tg.ones(2)))
    for _ in range(2):
        f(sub, sub)
        f(sub, tg.ones(2))
        refusal(lambda: f(tg.ones(2)), TypeError)  # type: ignore[arg-type]  # refused
        refusal(lambda: f(sub, Sub(tg.to_numpy(tg.ones(3)))))


def test_functions_on_numpy_arrays(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[np.ndarray, "n m"], y: Float[np.ndarray, "m"]) -> Float[np.ndarray, "n"]:
        return x @ y

    for _ in range(2):
        assert f(np.ones((2, 3)), np.ones(3)).shape == (2,)
        assert "`m` is 3 in `x` but 4 in `y`" in refusal(lambda: f(np.ones((2, 3)), np.ones(4)))
        refusal(lambda: f(tg.ones((2, 3)), np.ones(3)), TypeError)  # type: ignore[arg-type]  # refused
    assert len(full_checks) == 1 + 4


def test_unions_of_results_are_remembered(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"] | Int[Tensor, "n m"], *, drop: bool) -> Float[Tensor, "n"] | Int[Tensor, "m"] | None:
        return None if drop else x if x.ndim == 1 else x[0]

    for _ in range(3):
        f(tg.ones(2), drop=False)
        f(tg.zeros((2, 3), dtype="int64"), drop=False)
    assert len(full_checks) == 2
    for _ in range(2):
        assert f(tg.ones(2), drop=True) is None
        refusal(lambda: f(tg.zeros((2, 3)), drop=False))


def test_tuples_of_results(full_checks: list[str]) -> None:
    @tg.typed
    def f(x: Float[Tensor, "n"], results: list) -> tuple[Float[Tensor, "n"], Float[Tensor, "n n"] | None, int]:  # type: ignore[type-arg]  # bare on purpose
        return results[0]

    x, square = tg.ones(2), tg.ones((2, 2))
    for _ in range(2):
        f(x, [(x, square, 1)])
        f(x, [(x, None, 1)])
        for bad in ((x, square), (x, square, 1, 2), (x, x, 1), (x, square, 1.0), [x, square, 1], None, x):
            refusal(lambda bad=bad: f(x, [bad]), TypeError)  # type: ignore[misc]  # a default in a lambda


def test_a_malformed_shape_string_says_where_it_is_wrong() -> None:
    @tg.typed
    def f(x: Float[Tensor, "n m+"]) -> None:
        return None

    for _ in range(2):
        with pytest.raises(ValueError, match=re.escape('f: `x`: "n m+" is not a shape: ')) as caught:
            f(tg.ones((2, 3)))
        assert str(caught.value).splitlines()[-2:] == ["    n m+", "        ^"]

    @tg.typed
    def g(x: Float[Tensor, "n"]) -> Float[Tensor, "*a *b"]:
        return x

    with pytest.raises(ValueError, match=re.escape('g: the result: "*a *b" is not a shape: ')):
        g(tg.ones(2))


def test_a_name_that_cannot_be_resolved_says_whose_it_is() -> None:
    @tg.typed
    def f(x: Float[Nothing, "n"]) -> None:  # type: ignore[name-defined]  # on purpose
        return None

    with pytest.raises(
        NameError, match="f: the annotation of `x` mentions `Nothing`, which is not defined at run time"
    ):
        f(tg.ones(2))

    @tg.typed
    def g(x: Float[Tensor, "n"], y: Nothing) -> Nothing | None:  # type: ignore[name-defined]  # on purpose
        return y

    for _ in range(2):
        assert g(tg.ones(2), 3) == 3
        refusal(lambda: g(tg.ones((2, 2)), 3))


def test_annotations_may_use_names_that_are_local() -> None:
    class Local:
        pass

    @tg.typed
    def f(x: Float[Tensor, "n"], local: Local) -> Local:
        return local

    for _ in range(2):
        f(tg.ones(2), Local())
        refusal(lambda: f(tg.ones((2, 2)), Local()))


def test_types_that_no_checker_knows_are_left_alone() -> None:
    @tg.typed
    def f(x, y: Any, z: object, *, g: Callable[[int], int], s: Sequence[int] = ()):  # type: ignore[no-untyped-def]  # bare on purpose
        return y

    for _ in range(2):
        assert f(1, "y", None, g=abs) == "y"
        refusal(lambda: f(1, 2, 3, g=3), TypeError)  # type: ignore[arg-type]  # refused

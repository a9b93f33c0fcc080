"""Convolutions: options, refusals, sizes of symbols, and that nothing is computed which nobody wants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.core.primitive import lookup
from typedgrad.ops import correlation
from typedgrad.shapes import Argument, Request, judge


def _tensor(*sizes: int) -> tg.Tensor:
    return tg.asarray(np.random.default_rng(0).standard_normal(sizes))


def _judged(x: str, kernel: str, **statics: object) -> Any:
    arguments = tuple(
        Argument(n, a, "Float", s, "float32")
        for n, a, s in (("x", "n c_in h w", x), ("kernel", "c_out c_per_group kh kw", kernel))
    )
    callee = f"{tg.conv2d.__module__}.conv2d"  # which is registered once it is there
    return judge(Request("conv2d", callee=callee, arguments=arguments, statics=statics))


@pytest.mark.parametrize(
    ("x", "kernel", "statics", "result"),
    [
        ("n 1 28 28", "20 1 5 5", {}, "n 20 24 24"),
        ("batch 3 h w", "8 3 3 3", {"padding": 1}, "batch 8 h w"),
        ("batch 3 h w", "8 3 5 5", {"padding": "same", "stride": 2}, "batch 8 (h+1)//2 (w+1)//2"),
        ("n 4 8 9", "8 2 3 3", {"groups": 2, "stride": (1, 2)}, "n 8 6 4"),
        ("n 4 8 9", "8 4 3 3", {"dilation": 2}, "n 8 4 5"),
    ],
)
def test_sizes_may_be_symbols(x: str, kernel: str, statics: dict[str, object], result: str) -> None:
    assert _judged(x, kernel, **statics).shapes[0] == result


@pytest.mark.parametrize(
    ("sizes", "window", "options", "message"),
    [
        ((1, 3, 4, 4), (2, 3, 5, 3), {}, "height of the kernel is more than that of the padded input: 5 > 4"),
        ((1, 3, 4, 4), (2, 3, 3, 3), {"dilation": (1, 2)}, "width of the kernel .*: 5 > 4"),
        ((1, 3, 4, 4), (2, 4, 3, 3), {}, "as many channels as the kernel takes: 3 and 4"),
        ((1, 4, 4, 4), (2, 4, 3, 3), {"groups": 2}, "as many channels as 2 groups of the kernel take: 4 and 8"),
        ((1, 4, 4, 4), (3, 2, 3, 3), {"groups": 2}, "must divide the output channels .*: 3 is not a multiple of 2"),
        ((1, 3, 4, 4), (2, 1, 3, 3), {"groups": 2}, "must divide the channels of `x`: 3 is not a multiple of 2"),
        ((1, 3, 4, 4), (2, 3, 3, 3), {"groups": 0}, "`groups` must be at least 1, not 0"),
        ((1, 3, 4, 4), (2, 3, 3, 3), {"stride": 0}, "`stride` must be at least 1, not 0"),
        ((1, 3, 4, 4), (2, 3, 3, 3), {"dilation": -1}, "`dilation` must be at least 1, not -1"),
        ((1, 3, 4, 4), (2, 3, 3, 3), {"padding": -1}, "`padding` must not be negative"),
        ((1, 3, 4, 4), (2, 3, 3, 3), {"stride": (1, 1, 1)}, "one for each of the 2 axes"),
        ((1, 3, 4, 4), (2, 3, 3, 3), {"padding": (1, 1, 1)}, "one .* for each of the 2 axes"),
        ((1, 3, 4, 4), (2, 3, 3, 3), {"padding": "causal"}, "'causal' along one axis only"),
        ((1, 3, 4, 4), (2, 3, 3, 3), {"padding": "strict", "stride": 2}, "height: 1 is not a multiple of 2"),
        ((1, 3, 4, 4), (2, 3, 0, 3), {}, "the kernel has no elements along the height"),
    ],
)
def test_what_makes_no_sense_is_refused(
    sizes: tuple[int, ...], window: tuple[int, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(tg.ShapeError, match=message):
        tg.conv2d(_tensor(*sizes), _tensor(*window), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output_padding": 2, "stride": 2}, "less than the stride, 2, not 2"),
        ({"padding": 4}, "cuts off all there is"),
        ({"padding": "same", "stride": 2, "output_padding": 1}, "says nothing more"),
        ({"groups": 2}, "must divide the channels of `x`: 3 is not a multiple of 2"),
    ],
)
def test_a_transposed_one_refuses_as_well(options: dict[str, Any], message: str) -> None:
    with pytest.raises(tg.ShapeError, match=message):
        tg.conv_transpose1d(_tensor(1, 3, 4), _tensor(3, 2, 3), **options)


def test_a_bias_of_another_size_is_refused() -> None:
    with pytest.raises(tg.ShapeError, match="`c_out` is 2 in `kernel` but 3 in `bias`"):
        tg.conv1d(_tensor(1, 3, 4), _tensor(2, 3, 3), _tensor(3))
    with pytest.raises(tg.ShapeError, match="`bias` must have one number for each output channel"):
        tg.conv_transpose1d(_tensor(1, 3, 4), _tensor(3, 2, 3), _tensor(3))


def test_a_causal_convolution_does_not_look_ahead() -> None:
    x, kernel = _tensor(1, 1, 6), _tensor(1, 1, 3)
    jacobian = tg.jacobian(lambda x: tg.conv1d(x, kernel, padding="causal", dilation=2)[0, 0])(x).numpy()[:, 0, 0]
    assert not np.triu(jacobian, 1).any()
    np.testing.assert_allclose(np.diag(jacobian), kernel.numpy()[0, 0, -1])


def test_many_images_are_done_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    x, kernel, bias = _tensor(7, 2, 5, 4), _tensor(3, 2, 3, 2), _tensor(3)

    def value_and_gradients() -> list[Any]:
        f = tg.value_and_grad(lambda a: tg.sum(tg.square(tg.conv2d(*a, stride=1, padding=1))))
        value, gradients = f((x, kernel, bias))
        return [value.numpy(), *(g.numpy() for g in gradients)]

    whole = value_and_gradients()
    for elements in (1, 700):
        monkeypatch.setattr(correlation, "_ELEMENTS", elements)
        for a, b in zip(value_and_gradients(), whole, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def test_a_gradient_that_nobody_wants_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    x, kernel = _tensor(1, 2, 5), _tensor(3, 2, 3)
    monkeypatch.setitem(lookup(tg.conv1d).vjp_rules, "x", lambda *_, **__: pytest.fail("that of the data was computed"))
    tg.grad(lambda kernel: tg.sum(tg.conv1d(x, kernel)))(kernel)


def test_the_transposition_is_the_adjoint() -> None:
    x, y, kernel = _tensor(2, 4, 7), _tensor(2, 6, 4), _tensor(6, 2, 3)
    there = tg.sum(tg.conv1d(x, kernel, stride=2, padding=1, groups=2) * y)
    back = tg.sum(tg.conv_transpose1d(y, kernel, stride=2, padding=1, groups=2) * x)
    np.testing.assert_allclose(there.item(), back.item(), rtol=1e-12)

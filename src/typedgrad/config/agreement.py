"""Whether the last layer makes what the loss takes, in kind, in width and in axes."""

from __future__ import annotations

from typing import get_args

from typedgrad.config.functions import name_of_function
from typedgrad.config.layer_spec import field_hints
from typedgrad.config.losses import INSTEAD, Loss
from typedgrad.config.names import snake_case
from typedgrad.config.ports import Port
from typedgrad.core.abstract import abstract, eval_shape
from typedgrad.core.annotations import shape_strings
from typedgrad.core.tensor import Tensor
from typedgrad.nn import Layer, Sequential
from typedgrad.nn.names import ActivationName
from typedgrad.shapes import ShapeError


def ending_of(layer: Layer) -> str | None:
    """The name of the activation in which a layer ends; None if that cannot be told.

    >>> ending_of(tg.nn.Dense(out_features=2, activation=tg.relu)), ending_of(tg.nn.Softmax())
    ('relu', 'softmax')
    """
    while isinstance(layer, Sequential) and len(layer) and isinstance(layer[-1], Layer):
        layer = layer[-1]
    if field_hints(type(layer)).get("activation") == "Activated":
        by = vars(layer).get("activation")
        if by is None:
            return "identity"
        name = by if isinstance(by, str) else name_of_function(by) or snake_case(type(by).__name__)
    else:
        name = snake_case(type(layer).__name__)
    return name if name in get_args(ActivationName) else None


def check_agreement(title: str, layer: Layer, out: Tensor, loss: Loss) -> None:
    """Raise ValueError unless the loss can make sense of what the last layer makes."""
    rule, ending = loss.rule, ending_of(layer)
    shown = type(layer).__name__
    if ending is not None and ending not in rule.activations:
        ends = "ends in no activation" if ending in ("identity", "linear") else f'ends in the activation "{ending}"'
        raise ValueError(
            f"{title}: the loss `{loss.name}` takes {rule.words}, but {shown} {ends}; {_advice(loss, ending)}"
        )
    units = out.shape[-1] if out.shape else None
    if units == 1 and (rule.classes or ending in ("softmax", "softmin", "sparsemax")):
        raise ValueError(
            f"{title}: the loss `{loss.name}` wants at least 2 classes, but {shown} makes 1 (the last axis of "
            f"[{_spelt(out)}]); for one answer of yes or no use binary_cross_entropy_with_logits"
        )


def _advice(loss: Loss, ending: str) -> str:
    rule = loss.rule
    if rule.activations <= {"identity", "linear"}:
        other = INSTEAD.get(loss.name)
        fits = other is not None and ending in Loss(other).rule.activations
        return "leave the activation out" + (f", or use the loss `{other}`" if fits else "")
    if loss.takes == "numbers":
        return "for probabilities there are losses of their own, such as categorical_cross_entropy"
    other = INSTEAD.get(loss.name)
    return f'say activation="{rule.usual}"' + (f", or use the loss `{other}`" if other is not None else "")


def check_axes(title: str, loss: Loss, out: Tensor) -> None:
    """Raise ShapeError unless what comes out has as many axes as the loss wants, where it wants so many."""
    from inspect import signature

    first, *_ = signature(loss.function).parameters.values()
    for text in shape_strings(str(first.annotation)):
        axes = text.split()
        if not any(axis.startswith(("*", ".")) for axis in axes) and len(axes) != out.ndim:
            raise ShapeError(
                f"the loss `{loss.name}` takes `{first.name}` of {len(axes)} axes ({text}), "
                f"but what comes out has {out.ndim}: [{_spelt(out)}]",
                where=title,
            )


def target_for(loss: Loss, out: Tensor, labels: Port | None) -> Tensor | None:
    """A target without values: as it was declared, or what the loss's own annotations make of the prediction."""
    from inspect import signature

    second = list(signature(loss.function).parameters.values())[1]
    of_classes = "Int[" in str(second.annotation)
    if labels is not None:
        return labels.tensor("int64" if of_classes else out.dtype.name)
    if not of_classes:
        return out
    if "*batch" not in str(second.annotation):
        return None
    return abstract(" ".join(map(str, out.shape[:-1])), "int64")


def check_target(title: str, loss: Loss, out: Tensor, labels: Port | None) -> None:
    """Raise ShapeError unless the loss takes what comes out, beside labels of the declared shape.

    Without a declaration the labels are taken to be what the loss wants.
    """
    check_axes(title, loss, out)
    target = target_for(loss, out, labels)
    if target is None:
        return
    try:
        value = eval_shape(loss, out, target)
    except ShapeError as error:
        error.where = f"{title}, {error.where}"
        raise
    except ValueError as error:
        raise ValueError(f"{title}: {error}") from error
    if value.shape != ():
        raise ShapeError(f"the loss `{loss.name}` gives [{_spelt(value)}], but it must give one number", where=title)


def _spelt(x: Tensor) -> str:
    return " ".join(map(str, x.shape))

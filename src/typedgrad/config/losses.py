"""Losses as values: a name and options; what each of them takes, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Concatenate, Final, Literal, NamedTuple, ParamSpec, TypeAlias, get_args

from typedgrad.core.tensor import Tensor
from typedgrad.nn.loss_names import LossName
from typedgrad.nn.loss_names import loss as named_loss
from typedgrad.nn.names import ActivationName, check_name
from typedgrad.ops.activation import sigmoid
from typedgrad.ops.create import asarray
from typedgrad.ops.elementwise import exp
from typedgrad.ops.softmax import softmax

P = ParamSpec("P")
# What a loss says of its first argument: scores of classes or of single answers, their logarithms, probabilities, ...
Takes: TypeAlias = Literal[
    "logits",
    "answer_logits",
    "log_probabilities",
    "probabilities",
    "answer_probabilities",
    "rates",
    "log_rates",
    "numbers",
]


class Rule(NamedTuple):
    """What a loss of some kind wants, in words; the activations that give it; and what makes predictions of it."""

    words: str
    activations: frozenset[str]
    link: Callable[[Tensor], Tensor]
    usual: str = "identity"
    classes: bool = False


def _same(x: Tensor) -> Tensor:
    return x


def _exponential(x: Tensor) -> Tensor:
    return exp(x)


_NONE: Final = frozenset({"identity", "linear"})
_OF_CLASSES: Final = frozenset({"softmax", "softmin", "sparsemax"})
_OF_ANSWERS: Final = frozenset({"sigmoid", "hard_sigmoid", "sparse_sigmoid", "ultra_fast_sigmoid"})
_POSITIVE: Final = frozenset({"softplus", "bnll", "exponential", "squareplus", "sparse_plus"})
_NOT_NUMBERS: Final = frozenset({*_OF_CLASSES, "log_softmax", "log_sigmoid"})

RULES: Final[Mapping[Takes, Rule]] = {
    "logits": Rule("logits (any numbers)", _NONE, softmax, classes=True),
    "answer_logits": Rule("logits (any numbers)", _NONE, sigmoid),
    "log_probabilities": Rule(
        "log-probabilities", frozenset({"log_softmax"}), _exponential, "log_softmax", classes=True
    ),
    "probabilities": Rule("probabilities of classes", _OF_CLASSES, _same, "softmax", classes=True),
    "answer_probabilities": Rule("probabilities from 0 to 1", _OF_ANSWERS | _OF_CLASSES, _same, "sigmoid"),
    "rates": Rule("rates (positive numbers)", _POSITIVE, _same, "softplus"),
    "log_rates": Rule("logarithms of rates (any numbers)", _NONE, _exponential),
    "numbers": Rule("numbers", frozenset(get_args(ActivationName)) - _NOT_NUMBERS, _same),
}

_TAKES: Final[Mapping[Takes, tuple[str, ...]]] = {
    "logits": ("softmax_cross_entropy", "soft_label_cross_entropy", "ctc_with_logits"),
    "answer_logits": ("binary_cross_entropy_with_logits", "binary_focal_with_logits", "multilabel_soft_margin"),
    "log_probabilities": ("nll", "kl_divergence", "ctc"),
    "probabilities": (
        *("categorical_cross_entropy", "sparse_categorical_cross_entropy", "categorical_focal"),
        "kl_divergence_of_probabilities",
    ),
    "answer_probabilities": ("binary_cross_entropy", "binary_focal", "dice", "tversky", "f_measure_loss"),
    "rates": ("poisson_nll_of_rates",),
    "log_rates": ("poisson_nll",),
}
# What to take instead, where what comes in is of the other kind.
INSTEAD: Final[Mapping[str, str]] = {
    "softmax_cross_entropy": "sparse_categorical_cross_entropy",
    "soft_label_cross_entropy": "categorical_cross_entropy",
    "binary_cross_entropy_with_logits": "binary_cross_entropy",
    "binary_focal_with_logits": "binary_focal",
    "categorical_cross_entropy": "soft_label_cross_entropy",
    "sparse_categorical_cross_entropy": "softmax_cross_entropy",
    "binary_cross_entropy": "binary_cross_entropy_with_logits",
    "binary_focal": "binary_focal_with_logits",
    "nll": "softmax_cross_entropy",
    "ctc": "ctc_with_logits",
    "poisson_nll_of_rates": "poisson_nll",
}

# What concerns one batch, and no other, is given to the loss when it is called.
OF_A_BATCH: Final = ("weights", "mask", "steps", "lengths")

_REGISTERED: dict[str, tuple[Callable[..., Tensor], Takes]] = {}


@dataclass(frozen=True)
class Loss:
    """A loss by its name, with options other than the defaults: what `with_options` makes, and `output` takes.

    It is a function of a prediction and a target. Raises ValueError for a name that no loss has.

    >>> tg.config.Loss("mse")(tg.asarray([1.0, 3.0]), tg.asarray([1.0, 1.0]))
    Tensor(2., dtype=float32)
    """

    name: str
    options: tuple[tuple[str, object], ...] = ()

    def __post_init__(self) -> None:
        if self.name not in _REGISTERED:
            check_name("loss", LossName, self.name)
        accepted = _accepted(self.function) if self.options else []
        for option, _ in self.options:
            if option not in accepted:
                raise TypeError(f"{self.name}: there is no option `{option}`; the options are {', '.join(accepted)}")

    @property
    def function(self) -> Callable[..., Tensor]:
        """The function of this name."""
        if self.name in _REGISTERED:
            return _REGISTERED[self.name][0]
        return named_loss(self.name)  # type: ignore[arg-type]  # a name, as `__post_init__` has made sure

    @property
    def takes(self) -> Takes:
        """What it says of its first argument."""
        if self.name in _REGISTERED:
            return _REGISTERED[self.name][1]
        return next((takes for takes, names in _TAKES.items() if self.name in names), "numbers")

    @property
    def rule(self) -> Rule:
        """What goes with it."""
        return RULES[self.takes]

    def __call__(
        self,
        prediction: Tensor,
        target: Tensor,
        *,
        weights: Tensor | None = None,
        mask: Tensor | None = None,
        reduction: str | None = None,
    ) -> Tensor:
        """The loss of a prediction, beside what was wanted; perhaps with weights or a mask, or other than the mean."""
        given = {name: asarray(list(v)) if isinstance(v, tuple) else v for name, v in self.options}
        of_batch = {"weights": weights, "mask": mask, "reduction": reduction}
        given |= {name: value for name, value in of_batch.items() if value is not None}
        return self.function(prediction, target, **given)


def with_options(loss: Callable[Concatenate[Tensor, Tensor, P], Tensor], *args: P.args, **options: P.kwargs) -> Loss:
    """A loss of the library, or one that is registered, with options, such as class weights.

    Raises TypeError for an option that it has not, ValueError for a function that is not registered.

    >>> tg.config.with_options(tg.softmax_cross_entropy, label_smoothing=0.1)
    Loss(name='softmax_cross_entropy', options=(('label_smoothing', 0.1),))
    """
    name = loss_name(loss)
    if args:
        raise TypeError(f"{name}: options are given by name; they are {', '.join(_accepted(loss))}")
    return Loss(name, tuple((key, _plain(name, key, options[key])) for key in sorted(options)))


def _accepted(loss: Callable[..., Tensor]) -> list[str]:
    """The options of a loss."""
    from inspect import signature

    return [option for option in list(signature(loss).parameters)[2:] if option not in OF_A_BATCH]


def loss_name(function: object) -> str:
    """The name of a loss of the library, or of one that is registered.

    Raises ValueError for another function.
    """
    for name, (registered, _) in _REGISTERED.items():
        if registered is function:
            return name
    name = getattr(function, "__name__", "")
    if name in get_args(LossName) and registered_losses()[name] is function:
        return name
    raise ValueError(f"{name or function!r} is no loss of typedgrad; make it one: tg.config.register_loss(...)")


def register_loss(
    function: Callable[..., Tensor], *, takes: Takes = "numbers", name: str | None = None
) -> Callable[..., Tensor]:
    """Let a loss of one's own be called by name in networks and files; `takes` says what of, so that it can be checked.

    Raises ValueError for a name that is taken, or another word for `takes`.

    >>> def biased(prediction: tg.Tensor, target: tg.Tensor) -> tg.Tensor:
    ...     return tg.mean(tg.square(prediction - target)) + 1.0
    >>> function = tg.config.register_loss(biased)
    >>> tg.config.Loss("biased")(tg.ones(2), tg.ones(2))
    Tensor(1., dtype=float32)
    """
    name = name or function.__name__
    known = _REGISTERED.get(name)
    if name in get_args(LossName) or (known is not None and known[0].__qualname__ != function.__qualname__):
        raise ValueError(f"register_loss: there is a loss `{name}` already")
    if takes not in RULES:
        raise ValueError(f"register_loss: `takes` must be one of {', '.join(RULES)}, got {takes!r}")
    _REGISTERED[name] = (function, takes)
    return function


def registered_losses() -> dict[str, Callable[..., Tensor]]:
    """All losses that have names."""
    return _library() | {name: function for name, (function, _) in _REGISTERED.items()}


@cache
def _library() -> dict[str, Callable[..., Tensor]]:
    names: tuple[LossName, ...] = get_args(LossName)
    return {str(name): named_loss(name) for name in names}


def _plain(loss: str, name: str, value: object) -> object:
    if isinstance(value, Tensor):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return tuple(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{loss}: `{name}` must be a number, a word or a list of numbers, not {type(value).__name__}")

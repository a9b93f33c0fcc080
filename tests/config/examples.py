"""One example, with options, of everything that a file may name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typedgrad as tg
from typedgrad import nn, optim
from typedgrad.config.forms import Argument, Choice, Either, Form, Of, Plain, Row
from typedgrad.config.layer_spec import LayerSpec
from typedgrad.config.losses import with_options

# What layers need that cannot be made up from annotations: sizes that go together, and layers of some kind.
LAYERS: dict[str, dict[str, Any]] = {
    "AlphaDropout": {"drop": 0.25},
    "Bidirectional": {"forward": nn.Lstm(features=3), "merge": "add"},
    "Branches": {"layers": (nn.Dense(out_features=2), tg.relu), "merge": nn.Concat(axis=-1)},
    "ChannelsLast": {"layer": nn.Conv2d(out_channels=2, kernel=3)},
    "Chunk": {"index": 1, "parts": 3, "axis": 1},
    "ClipGradient": {"limit": 1.5},
    "Conv1d": {"out_channels": 4, "kernel": 3, "padding": "causal", "activation": "relu"},
    "Conv2d": {"out_channels": 4, "kernel": (3, 5), "stride": 2, "padding": ((1, 0), (2, 1)), "activation": tg.gelu},
    "Conv3d": {"out_channels": 4, "kernel": 3, "padding": (1, 1, 0), "groups": 2},
    "Crop2d": {"cropping": ((1, 0), (2, 1))},
    "Dense": {"out_features": 3, "activation": nn.LeakyRelu(slope=0.25), "use_bias": False},
    "DropConnect": {"layer": nn.Dense(out_features=2), "drop": 0.5},
    "Dropout": {"drop": 0.5},
    "FractionalMaxPool2d": {"size": (3, 4), "kernel": 2},
    "FractionalMaxPool3d": {"size": 3, "kernel": 2},
    "GaussianDropout": {"drop": 0.5},
    "Frozen": {"layer": nn.Dense(out_features=2), "pass_gradient": False},
    "GroupNorm": {"groups": 2},
    "GruCell": {"features": 3, "reset": "before"},
    "Lambda": {"function": tg.softmax},
    "Lstm": {"features": 3, "activation": tg.softsign, "gate_activation": nn.HardSigmoid()},
    "MaskValue": {"layer": nn.Gru(features=2), "value": -1.0},
    "MultiHeadAttention": {"features": 8, "heads": 2},
    "AdditiveAttention": {"hidden": 4},
    "LearnedQueries": {"features": 8, "heads": 2, "queries": 3},
    "Parallel": {"layers": (nn.Dense(out_features=2), nn.Flatten())},
    "Permute": {"axes": (2, 1)},
    "Pad1d": {"padding": ((2, 1),), "mode": "reflect"},
    "Reshape": {"shape": (3, -1)},
    "Residual": {"layer": nn.Sequential(nn.Dense(out_features=2), tg.relu), "projection": nn.Dense(out_features=2)},
    "RotaryPositions": {"base": 100.0},
    "Sequential": {"layers": (nn.Dense(out_features=2), tg.relu, nn.Sequential(nn.Dense(out_features=1)))},
    "SinusoidalPositions": {"base": 100.0},
    "SpatialDropout1d": {"drop": 0.5},
    "SpatialDropout2d": {"drop": 0.5},
    "SpatialDropout3d": {"drop": 0.5},
    "SpatialPyramidPool": {"levels": (1, 2), "kind": "mean"},
    "SpectralNorm": {"layer": nn.Dense(in_features=2, out_features=2)},
    "Stacked": {"layers": (nn.Lstm(features=2), nn.Gru(features=3)), "drop": 0.25},
    "StackedCells": {"cells": (nn.LstmCell(features=2), nn.GruCell(features=3))},
    "Subset": {"start": 1, "stop": 3},
    "TimeDistributed": {"layer": nn.Dense(out_features=2)},
    "TransformerDecoderBlock": {"features": 8, "heads": 2, "activation": tg.relu},
    "TransformerEncoderBlock": {"features": 8, "heads": 2, "drop": 0.25, "hidden": 16},
    "WeightNoise": {"layer": nn.Dense(out_features=2), "noise": nn.normal(0.1), "additive": False},
    "WeightNorm": {"layer": nn.Dense(in_features=2, out_features=2), "axis": 1},
}

_SGD = optim.sgd(optim.cosine(0.5, steps=10, warmup=2), momentum=0.5, nesterov=True)
UPDATERS: dict[str, Any] = {
    "accumulate": optim.accumulate(4, _SGD),
    "adadelta": optim.adadelta(rho=0.5),
    "adafactor": optim.adafactor(0.25),
    "adagrad": optim.adagrad(0.25, initial=0.125),
    "adam": optim.adam(optim.step_decay(0.5, factor=0.25, every=3), beta1=0.5),
    "adamax": optim.adamax(0.25),
    "adamw": optim.adamw(0.25, weight_decay=0.125),
    "amsgrad": optim.amsgrad(0.25),
    "asgd": optim.asgd(0.25),
    "averaging": optim.averaging(_SGD, start=3),
    "chain": optim.chain(optim.clip_global_norm(1.0), optim.clip_value(0.5), optim.adam()),
    "constrained": optim.constrained(_SGD, optim.max_norm(2.0, axis=(1, 2)), optim.non_negative(on="scale")),
    "ema": optim.ema(0.5, optim.adam()),
    "fista": optim.fista(0.25, l1=0.125),
    "ftrl": optim.ftrl(0.25),
    "grouped": optim.grouped(optim.adam(), {"bias": _SGD, "frozen.*": None}),
    "l1_l2": optim.l1_l2(_SGD, l1=0.25, l2=optim.constant(0.5), on="weight"),
    "lamb": optim.lamb(0.25),
    "lion": optim.lion(0.25),
    "muon": optim.muon(0.25),
    "nadam": optim.nadam(0.25),
    "no_op": optim.no_op(),
    "radam": optim.radam(0.25),
    "rmsprop": optim.rmsprop(0.25, centred=True),
    "rprop": optim.rprop(0.25),
    "sgd": _SGD,
    "weight_decay": optim.weight_decay(_SGD, 0.25, learning_rate=optim.constant(0.5), on="weight"),
}
SCHEDULES: dict[str, Any] = {
    "by_epoch": optim.by_epoch(optim.exponential(0.5, factor=0.5), steps=10),
    "constant": optim.constant(0.25),
    "cosine": optim.cosine(0.5, steps=10, warmup=2, final=0.125),
    "cosine_restarts": optim.cosine_restarts(0.5, period=3, factor=2),
    "exponential": optim.exponential(0.5, factor=0.5),
    "inverse": optim.inverse(0.5, rate=0.25, power=2.0),
    "linear_warmup": optim.linear_warmup(optim.cosine(0.5, steps=10), steps=4),
    "multi_step": optim.multi_step(0.5, factor=0.25, at=[3, 5]),
    "one_cycle": optim.one_cycle(0.5, steps=100),
    "polynomial": optim.polynomial(0.5, steps=10, power=2.0, final=0.125),
    "sigmoid": optim.sigmoid(0.5, rate=0.25, middle=4.0),
    "step_decay": optim.step_decay(0.5, factor=0.25, every=3),
}
INITIALIZERS: dict[str, Any] = {
    "binomial": nn.binomial(3, 0.5),
    "constant": nn.constant(0.25),
    "dirac": nn.dirac(groups=2),
    "identity": nn.identity(gain=0.5),
    "kaiming_normal": nn.kaiming_normal(mode="fan_out"),
    "kaiming_uniform": nn.kaiming_uniform(0.5),
    "log_normal": nn.log_normal(0.5, mean=0.25),
    "normal": nn.normal(0.5, mean=0.25),
    "orthogonal": nn.orthogonal(0.5),
    "sparse": nn.sparse(0.5, std=0.25),
    "truncated_normal": nn.truncated_normal(0.5, cut=1.5),
    "uniform": nn.uniform(-0.5, 0.25),
    "variance_scaling": nn.variance_scaling(2.0, "fan_out", "normal"),
    "xavier_normal": nn.xavier_normal(0.5),
    "xavier_uniform": nn.xavier_uniform(0.5),
}
CONSTRAINTS: dict[str, Any] = {
    "max_norm": optim.max_norm(2.0, axis=None),
    "min_max_norm": optim.min_max_norm(0.5, 2.0, axis=(1, 2, 3), on="weight"),
    "non_negative": optim.non_negative(),
    "unit_norm": optim.unit_norm(axis=1),
}
TRANSFORMS: dict[str, Any] = {
    "clip_global_norm": optim.clip_global_norm(0.5),
    "clip_norm": optim.clip_norm(0.5, per="layer"),
    "clip_value": optim.clip_value(0.5),
    "renormalize": optim.renormalize(per="global"),
}
LOSSES: dict[str, Callable[[], tg.config.Loss]] = {
    "huber": lambda: with_options(tg.huber, delta=0.5),
    "softmax_cross_entropy": lambda: with_options(
        tg.softmax_cross_entropy, label_smoothing=0.125, class_weights=tg.asarray([0.5, 2.0]), ignore_label=-1
    ),
    "nll": lambda: with_options(tg.nll, reduction="sum"),
    "poisson_nll": lambda: with_options(tg.poisson_nll, full=True),
}


def layer_example(name: str, cls: type[nn.Layer], arguments: dict[str, Argument]) -> LayerSpec:
    """A layer with the options above, or with made-up ones for all that has no default."""
    if name in LAYERS:
        options = dict(LAYERS[name])
        listed = options.pop("layers", options.pop("cells", ()))
        return LayerSpec.of(cls, *listed, **options)
    return LayerSpec.of(cls, **{key: _made_up(key, one.form) for key, one in arguments.items() if one.required})


def _made_up(name: str, form: Form) -> Any:
    if isinstance(form, Plain):
        return {"int": 2, "float": 0.5, "bool": True, "str": "word", "none": None}[form.name]
    if isinstance(form, Choice):
        return form.words[0]
    if isinstance(form, Row):
        return tuple(_made_up(name, one) for one in form.items)
    if isinstance(form, Either):
        return _made_up(name, form.forms[0])
    assert form == Of("layer"), (name, form)
    return nn.Dense(out_features=2)

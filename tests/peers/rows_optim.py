"""Optimisers: the parameters after each of a hundred updates."""

from __future__ import annotations

from typing import Any

import typedgrad as tg
from tests.peers.peer import torch
from tests.peers.row import Draw, Row, Setting
from tests.peers.trajectory import by_them, by_us, formula_row, start_and_gradients, updater_row

MOMENTUM = "v ← m·v + g, p ← p − lr·v; Caffe and Keras put the learning rate into v, Torch7 weighs g by 1 − m"


def both(**shared: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options that have one name, but for the learning rate."""
    rate = shared.pop("rate")
    return {"learning_rate": rate, **shared}, {"lr": rate, **shared}


def adam_options(**theirs: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Three configurations of one of Adam's kin."""
    return [
        ({"learning_rate": 0.1}, {"lr": 0.1, **theirs}),
        ({"learning_rate": 0.3, "beta1": 0.5, "beta2": 0.9}, {"lr": 0.3, "betas": (0.5, 0.9), **theirs}),
        ({"learning_rate": 0.01, "eps": 1e-3}, {"lr": 0.01, "eps": 1e-3, **theirs}),
    ]


def _adafactor(rate: float, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    names = {"power": "beta2_decay", "clip": "d", "weight_decay": "weight_decay"}
    theirs = {names[k]: -v if k == "power" else v for k, v in more.items() if k in names}
    eps = (1e-15, more.get("smallest", 1e-3))
    return {"learning_rate": rate, **more}, {"lr": rate, "eps": eps, **theirs}


def _muon(d: Draw) -> Setting:
    """Matrices the other way round."""
    shape = d.one_of((2, 3), (4, 2), (3, 3))
    options = d.one_of({}, {"momentum": 0.5}, {"nesterov": False, "weight_decay": 0.0})
    theirs = by_them(lambda params: torch.optim.Muon(params, lr=0.1, **options))

    def transposed(p: Any, grads: Any) -> Any:
        before = torch.Tensor.bfloat16
        try:
            torch.Tensor.bfloat16 = torch.Tensor.clone  # they go through it for speed
            (found,) = theirs(p.mT, grads.mT)
        finally:
            torch.Tensor.bfloat16 = before
        return found.mT

    return Setting(start_and_gradients(d, shape), by_us(tg.optim.muon(0.1, **options), ("w",)), transposed)


def _lion(index: int, p: Any, g: Any, memory: dict[str, Any]) -> Any:
    """Algorithm 2 of Chen et al."""
    rate, beta1, beta2, decay = LIONS[index]
    mean = memory.get("mean", torch.zeros_like(p))
    memory["mean"] = beta2 * mean + (1 - beta2) * g
    return p - rate * (torch.sign(beta1 * mean + (1 - beta1) * g) + decay * p)


LIONS = [(0.01, 0.9, 0.99, 0.0), (0.1, 0.5, 0.9, 0.3), (1e-3, 0.95, 0.98, 0.1)]


def _fista(index: int, y: Any, g: Any, memory: dict[str, Any]) -> Any:
    """The iteration of Beck and Teboulle, section 4: `y` are the points ahead."""
    rate, l1 = FISTAS[index]
    t, x = memory.get("t", 1.0), memory.get("x", y)
    step = y - rate * g
    new = torch.sign(step) * torch.relu(step.abs() - rate * l1)
    after = (1 + (1 + 4 * t * t) ** 0.5) / 2
    memory.update(t=after, x=new)
    return new + (t - 1) / after * (new - x)


FISTAS = [(0.01, 0.0), (0.02, 0.5), (1e-3, 2.0)]


def _ftrl(index: int, p: Any, g: Any, memory: dict[str, Any]) -> Any:
    """Algorithm 1 of McMahan et al., with z and n."""
    rate, beta, l1, l2 = FTRLS[index]
    z, n = memory.get("z", torch.zeros_like(p)), memory.get("n", torch.zeros_like(p))
    sigma = (torch.sqrt(n + g**2) - torch.sqrt(n)) / rate
    z, n = z + g - sigma * p, n + g**2
    memory.update(z=z, n=n)
    moved = -(z - torch.sign(z) * l1) / ((beta + torch.sqrt(n)) / rate + l2)
    return torch.where(z.abs() <= l1, 0.0, moved)


FTRLS = [(0.1, 1.0, 0.0, 0.0), (0.5, 0.3, 0.5, 0.1), (0.1, 1.0, 2.0, 0.0)]


def _lamb(index: int, p: Any, g: Any, memory: dict[str, Any]) -> Any:
    """Algorithm 2 of You et al., with the identity for phi."""
    rate, beta1, beta2, eps, decay = LAMBS[index]
    t = memory.get("t", 0) + 1
    m = beta1 * memory.get("m", torch.zeros_like(p)) + (1 - beta1) * g
    v = beta2 * memory.get("v", torch.zeros_like(p)) + (1 - beta2) * g**2
    memory.update(t=t, m=m, v=v)
    step = m / (1 - beta1**t) / (torch.sqrt(v / (1 - beta2**t)) + eps) + decay * p
    return p - rate * torch.linalg.vector_norm(p) / torch.linalg.vector_norm(step) * step


LAMBS = [(0.01, 0.9, 0.999, 1e-6, 0.0), (0.1, 0.5, 0.9, 1e-6, 0.1), (1e-3, 0.9, 0.99, 1e-3, 0.01)]


def _decayed(d: Draw) -> Setting:
    """Adam with decoupled decay is AdamW."""
    strength = d.one_of(0.1, 0.01, 0.3)
    updater = tg.optim.weight_decay(tg.optim.adam(0.1), strength, learning_rate=0.1)
    theirs = by_them(lambda params: torch.optim.AdamW(params, lr=0.1, weight_decay=strength))
    return Setting(start_and_gradients(d, (2, 3)), by_us(updater, ("w",)), theirs)


def _nothing(d: Draw) -> Setting:
    theirs = by_them(lambda params: torch.optim.SGD(params, lr=0.0))
    return Setting(start_and_gradients(d, (2, 3)), by_us(tg.optim.no_op(), ("w",)), theirs)


def _averaged_asgd(d: Draw) -> Setting:
    """The mean that is kept, after all updates."""
    start = d.one_of(10, 0, 50)

    def ours(w: Any, grads: Any) -> Any:
        updater = tg.optim.asgd(0.1, start=start)
        state = updater.init(w)
        for i in range(len(grads)):
            w, state = updater.update(w, grads[i], state)
        return tg.optim.averaged(w, state)

    def theirs(w: Any, grads: Any) -> Any:
        kept: list[Any] = []

        def make(params: list[Any]) -> Any:
            kept.extend([torch.optim.ASGD(params, lr=0.1, t0=start), params[0]])
            return kept[0]

        by_them(make)(w, grads)
        return kept[0].state[kept[1]]["ax"]

    return Setting(start_and_gradients(d, (2, 3)), ours, theirs)


def _mean_of_models(d: Draw) -> Setting:
    """`ema` and `averaging`, and the mean after all updates."""
    which = d.one_of(("ema", 0.9), ("equal", 0), ("ema", 0.99), ("equal", 20))

    def ours(w: Any, grads: Any) -> Any:
        kind, number = which
        inner = tg.optim.sgd(0.1)
        updater = tg.optim.ema(number, inner) if kind == "ema" else tg.optim.averaging(inner, start=number)
        state = updater.init(w)
        for i in range(len(grads)):
            w, state = updater.update(w, grads[i], state)
        return tg.optim.averaged(w, state)

    def theirs(w: Any, grads: Any) -> Any:
        kind, number = which
        model = torch.nn.ParameterList([w.detach().clone()])
        fresh = {"multi_avg_fn": torch.optim.swa_utils.get_ema_multi_avg_fn(number)} if kind == "ema" else {}
        mean = torch.optim.swa_utils.AveragedModel(model, **fresh)
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        if kind == "ema":
            mean.update_parameters(model)  # theirs starts at the first parameters that it is told
        for step, g in enumerate(grads):
            model[0].grad = g
            optimiser.step()
            if kind == "ema" or step >= number:
                mean.update_parameters(model)
        return mean.module[0].detach()

    return Setting(start_and_gradients(d, (2, 3)), ours, theirs)


def _grouped(d: Draw) -> Setting:
    rates = (0.1, d.one_of(0.01, 0.5, 1.0))
    updater = tg.optim.grouped(tg.optim.adam(rates[0]), {"b": tg.optim.adam(rates[1])})
    theirs = by_them(
        lambda params: torch.optim.Adam([{"params": [p], "lr": r} for p, r in zip(params, rates, strict=True)]), 2
    )
    return Setting(start_and_gradients(d, (2, 3), (3,)), by_us(updater, ("w", "b")), theirs)


def _accumulated(d: Draw) -> Setting:
    every = d.one_of(2, 4, 5)

    def theirs(w: Any, grads: Any) -> Any:
        w = w.detach().clone().requires_grad_()
        optimiser = torch.optim.Adam([w], lr=0.1)
        found = []
        for step, g in enumerate(grads):
            w.grad = g / every if w.grad is None else w.grad + g / every
            if (step + 1) % every == 0:
                optimiser.step()
                optimiser.zero_grad()
            found.append(w.detach().clone())
        return torch.stack(found)

    updater = tg.optim.accumulate(every, tg.optim.adam(0.1))
    return Setting(start_and_gradients(d, (2, 3)), by_us(updater, ("w",)), theirs)


SMALL = {"eps": 1e-3}

ROWS = [
    updater_row("sgd", "SGD", [both(rate=0.1), both(rate=0.1, weight_decay=0.3), both(rate=0.01, momentum=0.5)]),
    updater_row("momentum", "SGD", [
        both(rate=0.1, momentum=0.9, weight_decay=0.3), both(rate=0.01, momentum=0.5), both(rate=0.1, momentum=0.99),
    ], note=MOMENTUM),
    updater_row("nesterov", "SGD", [
        ({"learning_rate": rate, "momentum": m, "weight_decay": decay},
         {"lr": rate, "momentum": m, "weight_decay": decay, "nesterov": True})
        for rate, m, decay in ((0.1, 0.7, 0.3), (0.01, 0.9, 0.0), (0.1, 0.5, 0.0))
    ]),
    updater_row("adam", "Adam", adam_options()),
    updater_row("adamw", "AdamW", [
        both(rate=0.1, weight_decay=0.3), both(rate=0.01), both(rate=0.1, weight_decay=0.1, eps=1e-3),
    ], note="the decay is times the learning rate, by both; the paper has it follow the schedule alone"),
    updater_row("amsgrad", "Adam", adam_options(amsgrad=True),
                note="with correction of bias, as theirs; the paper has none"),
    updater_row("adamax", "Adamax", adam_options()), updater_row("nadam", "NAdam", adam_options()),
    updater_row("radam", "RAdam", adam_options()),
    updater_row("adagrad", "Adagrad", [
        both(rate=0.1), ({"learning_rate": 0.1, "initial": 0.3}, {"lr": 0.1, "initial_accumulator_value": 0.3}),
        both(rate=0.2, **SMALL),
    ], note="epsilon stands outside the root, 1e-10; Caffe 1e-8 outside, Lasagne 1e-6 inside"),
    updater_row("rmsprop", "RMSprop", [
        both(rate=0.1),
        ({"learning_rate": 0.1, "rho": 0.9, "momentum": 0.5}, {"lr": 0.1, "alpha": 0.9, "momentum": 0.5}),
        ({"learning_rate": 0.1, "momentum": 0.5, "centred": True, **SMALL},
         {"lr": 0.1, "momentum": 0.5, "centered": True, **SMALL}),
    ], note="epsilon stands outside the root, by both; Lasagne puts it inside"),
    updater_row("adadelta", "Adadelta", [
        both(rate=0.1, rho=0.95), both(rate=1.0, rho=0.5), both(rate=1.0, rho=0.9, eps=1e-2),
    ], note="rho is 0.95 by default, as in the paper; theirs 0.9"),
    updater_row("asgd", "ASGD", [
        both(rate=0.1), ({"learning_rate": 0.1, "decay": 0.1, "power": 0.5}, {"lr": 0.1, "lambd": 0.1, "alpha": 0.5}),
        ({"learning_rate": 0.2, "start": 10}, {"lr": 0.2, "t0": 10}),
    ]),
    Row("optim.asgd optim.averaged", "torch.optim.ASGD, the mean", _averaged_asgd, 0),
    updater_row("rprop", "Rprop", [
        both(rate=0.1), ({"learning_rate": 0.1, "shrink": 0.2, "grow": 1.5}, {"lr": 0.1, "etas": (0.2, 1.5)}),
        ({"learning_rate": 0.1, "smallest": 0.05, "largest": 0.2}, {"lr": 0.1, "step_sizes": (0.05, 0.2)}),
    ], note="no step back where the sign changes, by both; the paper has one"),
    updater_row("adafactor", "Adafactor", [
        _adafactor(0.1), _adafactor(0.1, power=0.5, clip=1.25), _adafactor(0.1, smallest=3.0, weight_decay=0.3),
    ], note="epsilon is 1e-15; theirs that of the dtype by default"),
    Row("optim.muon", "torch.optim.Muon", _muon, 0,
        "our matrices are [in, out], theirs [out, in], so they are given transposed; their bfloat16 is switched off"),
    formula_row("lion", [tg.optim.lion(r, beta1=a, beta2=b, weight_decay=w) for r, a, b, w in LIONS], _lion,
                note="PyTorch has none"),
    formula_row("fista", [tg.optim.fista(r, l1=l1) for r, l1 in FISTAS], _fista, tolerance=(1e-9, 1e-3),
                note="PyTorch has none; differences of points that are near lose digits, which its momentum adds up"),
    formula_row("ftrl", [tg.optim.ftrl(r, beta=b, l1=l1, l2=l2) for r, b, l1, l2 in FTRLS], _ftrl,
                note="PyTorch has none"),
    formula_row("lamb", [tg.optim.lamb(r, beta1=a, beta2=b, eps=e, weight_decay=w) for r, a, b, e, w in LAMBS], _lamb,
                note="PyTorch has none"),
    Row("optim.weight_decay", "torch.optim.AdamW", _decayed, 0), Row("optim.no_op", "torch.optim.SGD, rate 0",
        _nothing, 0),
    Row("optim.ema optim.averaging optim.averaged", "torch.optim.swa_utils.AveragedModel", _mean_of_models, 0, draws=4,
        note="`ema` starts at the parameters before the first update, and so is theirs told to"),
    Row("optim.grouped", "torch.optim.Adam, parameter groups", _grouped, 0),
    Row("optim.accumulate", "torch.optim.Adam, gradients summed", _accumulated, 0, note="the mean, not the sum"),
]  # fmt: skip

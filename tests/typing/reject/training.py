"""Trainings that cannot be: a model that does not say how it wants to be trained, words that `fit` does not know."""

from __future__ import annotations

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.config import Backbone, Network

KEY = tg.random.key(0)


def without_a_recipe(layer: nn.Dense, backbone: Backbone, data: tg.data.Dataset[Tensor, Tensor]) -> None:
    tg.fit(layer, data, epochs=1)  # E: No overload variant of "fit" matches argument types "Dense", "Dataset[Tensor, Tensor]", "int" [call-overload]
    tg.fit(backbone, data, epochs=1)  # E: No overload variant of "fit" matches argument types "Backbone[Tensor, Tensor]", "Dataset[Tensor, Tensor]", "int" [call-overload]
    tg.fit(layer, data, updater=tg.optim.sgd(0.1), epochs=1, key=KEY)  # E: No overload variant of "fit" matches argument types "Dense", "Dataset[Tensor, Tensor]", "Sgd", "int", "Key" [call-overload]


def other_words(net: Network, data: tg.data.Dataset[Tensor, Tensor]) -> None:
    tg.fit(net, data)  # E: No overload variant of "fit" matches argument types "Network[Tensor, Tensor]", "Dataset[Tensor, Tensor]" [call-overload]
    tg.fit(net, data, epochs=1, updatr=tg.optim.sgd(0.1))  # E: Unexpected keyword argument "updatr" for overloaded function "fit"; did you mean "updater"? [call-overload]; No overload variant of "fit" matches argument types "Network[Tensor, Tensor]", "Dataset[Tensor, Tensor]", "int", "Sgd" [call-overload]
    tg.fit(net, data, epochs=1, loss="mse")  # E: No overload variant of "fit" matches argument types "Network[Tensor, Tensor]", "Dataset[Tensor, Tensor]", "int", "str" [call-overload]
    tg.fit(net, data, epochs=1, listeners=[tg.train.History])  # E: List item 0 has incompatible type "type[History]"; expected "Listener" [list-item]
    tg.fit(net, data, epochs=1, precision="float16")  # E: No overload variant of "fit" matches argument types "Network[Tensor, Tensor]", "Dataset[Tensor, Tensor]", "int", "str" [call-overload]
    tg.train.solver("newton")  # E: Argument 1 to "solver" has incompatible type "Literal['newton']"; expected "Literal['gradient', 'cg-fr', 'cg-pr', 'cg-hs', 'bfgs', 'lbfgs']" [arg-type]
    tg.train.EarlyStopping(stop_when=[30])  # E: List item 0 has incompatible type "int"; expected "Condition" [list-item]


def other_layers(net: Network, layer: nn.Dense) -> None:
    tg.transfer(layer)  # E: No overload variant of "transfer" matches argument type "Dense" [call-overload]
    tg.transfer(net).replace_out("output", "10")  # E: Argument 2 to "replace_out" of "NetworkTransfer" has incompatible type "str"; expected "int" [arg-type]
    tg.transfer(net).add(nn.Dense, out_featurs=10)  # E: Unexpected keyword argument "out_featurs" for "add" of "NetworkTransfer"; did you mean "out_features"? [call-arg]

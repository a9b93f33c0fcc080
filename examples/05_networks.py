"""Networks described step by step: sizes follow, mistakes are found before there is data, and files hold everything."""

from __future__ import annotations

import tempfile
from pathlib import Path

import typedgrad as tg
from typedgrad.config import NetworkSpec
from typedgrad.nn import Dense, Dropout

# Each layer is a class and the arguments of its constructor. What comes in is said once, at the top.
net = (
    tg.network(seed=7, updater=tg.optim.adam(1e-3), activation="relu", weight_init="he_normal")
    .input("n 8 8")
    .layer(tg.nn.Flatten)
    .layer(Dense, out_features=96)
    .layer(Dropout, drop=0.2)
    .output("softmax_cross_entropy", Dense, out_features=10)
    .build()
)
print(net)
print(tg.summary(net, "n 8 8"))

# A mistake is found where it is made, not at the first batch: by mypy, and when the line runs.
try:
    tg.network().input("n 1 8 8").layer(tg.nn.Conv2d, out_channels=4, kernel=9)  # type: ignore[shape]  # on purpose
except tg.ShapeError as error:
    print(error)

# The network knows its loss and its updater, so there is little left to say.
train, test = tg.data.digits()
history = tg.train.History()
net = tg.fit(net, train, epochs=12, listeners=[history])
result = tg.evaluate(net, test)
print(f"loss {history.epochs[0]:.2f} -> {history.epochs[-1]:.2f}, accuracy {100 * result.accuracy:.1f} %")

# What was said of it is JSON, and comes back equal; what it learnt is in one file.
print(net.spec.to_json())
print(NetworkSpec.from_json(net.spec.to_json()) == net.spec)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "digits.zip")
    tg.save(path, net)
    again = tg.load(path).model
print(bool(tg.all(again.predict(test.x[:5]) == net.predict(test.x[:5]))))

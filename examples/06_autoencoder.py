"""An autoencoder: 64 pixels through 10 numbers and back, compared with the best that no numbers at all can do."""

from __future__ import annotations

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense

train, test = (part.map(lambda x: tg.reshape(x, (-1, 64))) for part in tg.data.digits())

net = (
    tg.network(seed=3, updater=tg.optim.adam(3e-3), activation="relu")
    .input("n 64")
    .layer(Dense, out_features=64)
    .layer(Dense, out_features=10, activation="identity")  # the code
    .layer(Dense, out_features=64)
    .output("mse", Dense, out_features=64, activation="sigmoid")
    .build()
)
# The image is its own label.
net = tg.fit(net, tg.data.Dataset(train.x, train.x), epochs=40)


def error(found: Tensor, images: Tensor) -> float:
    return float(tg.mse(found, images))


mean = tg.mean(train.x, axis=0, keepdims=True)
print(f"error of the mean image:  {error(tg.broadcast_to(mean, test.x.shape), test.x):.4f}")
print(f"error of the autoencoder: {error(net(test.x), test.x):.4f}")

# The code of an image is what comes out of the second layer.
codes = tg.activations(net, test.x)["layers.dense_2"]
print(f"codes: {codes.shape}")


def drawn(image: Tensor) -> list[str]:
    rows: list[list[float]] = tg.reshape(image, (8, 8)).tolist()
    return ["".join(" .:-=+*#%@"[min(9, int(pixel * 10))] * 2 for pixel in row) for row in rows]


for left, right in zip(drawn(test.x[1]), drawn(net(test.x[1:2])[0]), strict=True):
    print(f"{left}   {right}")

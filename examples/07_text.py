"""An LSTM learns a sonnet by heart, character by character, and then writes it: text is a sequence of classes."""

from __future__ import annotations

import numpy as np

import typedgrad as tg
from typedgrad.nn import Dense, Embedding, Lstm

# William Shakespeare, Sonnet 18 (1609).
TEXT = """Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date;
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance or nature's changing course untrimm'd;
But thy eternal summer shall not fade,
Nor lose possession of that fair thou ow'st;
Nor shall death brag thou wander'st in his shade,
When in eternal lines to time thou grow'st:
So long as men can breathe or eyes can see,
So long lives this, and this gives life to thee.
"""
LENGTH = 32

alphabet = sorted({*TEXT})
places = np.array([alphabet.index(letter) for letter in TEXT])
# Every stretch of the text; the label of each letter is the letter after it.
starts = np.arange(0, len(places) - LENGTH - 1)
windows = places[starts[:, None] + np.arange(LENGTH + 1)]
data = tg.data.Dataset(tg.asarray(windows[:, :-1]), tg.asarray(windows[:, 1:]))

net = (
    tg.network(seed=5, updater=tg.optim.adam(5e-3), gradient_normalization=tg.optim.clip_global_norm(1.0))
    .input("Int n time")
    .layer(Embedding, vocabulary=len(alphabet), features=24)
    .layer(Lstm, features=96)
    .output("softmax_cross_entropy", Dense, out_features=len(alphabet))
    .build()
)
print(net)
history = tg.train.History()
net = tg.fit(net, data, epochs=8, batch=32, listeners=[history])
print(f"loss per letter: {history.epochs[0]:.2f} -> {history.epochs[-1]:.2f} (guessing: {np.log(len(alphabet)):.2f})")

# Write on from a beginning: each time the most likely letter.
written = "Shall I compare thee"
for _ in range(120):
    last = [alphabet.index(letter) for letter in written[-LENGTH:]]
    scores = net(tg.asarray([last]))[0, -1]
    written += alphabet[int(tg.argmax(scores))]
print(written)

"""Defects sown in the complete models: a text, what to put for it, and the line on which mypy must find that."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """`old` becomes `new`; the error stands on the line of `new`, or on the line that begins with `line`."""

    old: str
    new: str
    line: str = ""


MUTATIONS: dict[str, list[Mutation]] = {
    "mlp": [
        Mutation(
            "in_features=self.pixels, out_features=self.hidden",
            "in_features=self.hidden, out_features=self.pixels",
            'y = tg.assert_shape(y, "batch hidden")',
        ),
        Mutation(
            "out_features=2 * self.hidden", "out_features=3 * self.hidden", 'y = tg.assert_shape(y, "batch 2*hidden")'
        ),
        Mutation("flat = tg.flatten(x, start=1)", "flat = x", 'flat = tg.assert_shape(flat, "batch h*w")'),
        Mutation("tg.expand_dims(labels, axis=1)", "labels"),
        Mutation("tg.expand_dims(labels, axis=1)", "tg.expand_dims(labels, axis=0)", "picked = tg.assert_shape(picked"),
        Mutation("guesses == labels", "guesses == x"),
        Mutation("tg.flatten(x, start=1)", "tg.flatten(x)", 'flat = tg.assert_shape(flat, "batch h*w")'),
    ],
    "vae": [
        Mutation(
            "in_features=self.latent, out_features=self.hidden",
            "in_features=self.hidden, out_features=self.latent",
            "h = tg.assert_shape(tg.tanh(self.body(z))",
        ),
        Mutation(
            "out_features=2 * self.latent",
            "out_features=self.latent",
            'both = tg.assert_shape(self.head(h), "b 2*latent")',
        ),
        Mutation("both[:, : self.latent], both", "both, both", 'return tg.assert_shape(mean, "b latent")'),
        Mutation("axis=(1, 2))", "axis=(0, 2))", 'error = tg.assert_shape(error, "b")'),
        Mutation("- log_variance, axis=1)", "- log_variance, axis=0)", "return tg.mean(error + "),
        Mutation("flat = tg.reshape(x, (b, h * w))", "flat = x", "mean, log_variance = self.encoder(flat)"),
        Mutation("tg.reshape(logits, (b, h, w))", "tg.reshape(logits, (b, w, h))"),
    ],
    "gpt": [
        Mutation("out_features=3 * self.heads", "out_features=2 * self.heads", "qkv = tg.assert_shape("),
        Mutation("query @ key.mT", "query @ key", "scores = query @ key"),
        Mutation(
            "value = tg.permute_dims(tg.reshape(qkv[..., 2 * d :], (b, t, h, k)), (0, 2, 1, 3))",
            "value = tg.reshape(qkv[..., 2 * d :], (b, t, h, k))",
            "value = tg.assert_shape(value",
        ),
        Mutation(
            "(b, t, h, k)), (0, 2, 1, 3))\n        query =",
            "(b, t, h, k)), (0, 1, 2, 3))\n        query =",
            "query = tg.assert_shape(",
        ),
        Mutation(
            "tg.reshape(tg.permute_dims(mixed, (0, 2, 1, 3)), (b, t, d))",
            "mixed",
            "return tg.assert_shape(self.out(joined)",
        ),
        Mutation("x + self.down(wide)", "x + wide"),
        Mutation("self.tokens.weight.mT", "self.positions.mT", "return tg.assert_shape(logits"),
        Mutation("self.positions[:t]", "self.positions"),
        Mutation("indices[:, 1:]", "indices[:, :]"),
        Mutation("axis=-1), tg.expand_dims(targets, axis=-1), axis=-1)", "axis=-1), targets, axis=-1)"),
        Mutation('tg.squeeze(each, axis=-1), "b t-1"', 'each, "b t-1"'),
    ],
    "lstm": [
        Mutation("tg.concat([x, h], axis=1)", "tg.concat([x, h], axis=0)"),
        Mutation(
            "in_features=self.inputs + self.hidden",
            "in_features=self.inputs",
            "gates = tg.assert_shape(self.gates(both)",
        ),
        Mutation("out_features=4 * self.hidden", "out_features=3 * self.hidden", "gates = tg.assert_shape("),
        Mutation("gates[:, 2 * n : 3 * n]", "gates[:, n : 3 * n]", "h = tg.sigmoid(let_out) * tg.tanh(c)"),
        Mutation("tg.unstack(x, axis=1)", "tg.unstack(x, axis=0)", 'step = tg.assert_shape(step, "b features")'),
        Mutation("tg.sigmoid(forget) * c", "tg.sigmoid(forget) @ c"),
        Mutation(
            "tg.zeros((b, self.hidden)), tg.zeros((b, self.hidden))",
            "tg.zeros((b, self.features)), tg.zeros((b, self.hidden))",
            "h, c = self.cell(step, h, c)",
        ),
        Mutation("rows = tg.flatten(logits, start=0, end=1)", "rows = logits", "return tg.softmax_cross_entropy("),
        Mutation("tg.flatten(indices[:, 1:])", "tg.flatten(indices)"),
        Mutation("step, h, c)\n", "h, step, c)\n"),
    ],
    "seq2seq": [
        Mutation("key = tg.assert_shape(self.split(self.key(memory))", "key = tg.assert_shape(self.split(self.key(x))"),
        Mutation("query @ key.mT", "query @ key"),
        Mutation("self.value(memory)", "self.value(x)"),
        Mutation("(b, n, self.heads, self.size)), (0, 2, 1, 3))", "(b, n, self.heads, self.size)), (0, 1, 2, 3))"),
        Mutation("tg.permute_dims(mixed, (0, 2, 1, 3)), start=2", "mixed, start=2", "joined = tg.assert_shape(joined"),
        Mutation("start=2)", "start=1)", "joined = tg.assert_shape(joined"),
        Mutation("self.attention(x, x, mask)", "self.attention(x, mask, x)"),
        Mutation("self.other(y, memory, mask)", "self.other(y, y, mask)"),
        Mutation("self.other(y, memory, mask)", "self.other(memory, y, mask)"),
        Mutation(
            "tg.expand_dims(tg.length_mask(lengths, words.shape[1]), axis=1)",
            "tg.length_mask(lengths, words.shape[1])",
            "mask = tg.assert_shape(mask",
        ),
        Mutation("self.head(y)", "self.head(memory)"),
        Mutation("self.decoder(y, memory, past, mask)", "self.decoder(memory, y, past, mask)"),
    ],
    "lenet": [
        Mutation(
            "x = tg.expand_dims(x, axis=1)",
            "x = tg.expand_dims(x, axis=0)",
            "x = tg.assert_shape(tg.tanh(self.first(x))",
        ),
        Mutation("inputs=6, outputs=16", "inputs=16, outputs=6", "x = tg.assert_shape(tg.tanh(self.second(x))"),
        Mutation("outputs=16, window=5", "outputs=16, window=3", "x = tg.assert_shape(tg.tanh(self.second(x))"),
        Mutation("y = tg.flatten(x, start=1)", "y = x", "y = tg.assert_shape(y"),
        Mutation(
            "16 * self.side * self.side", "8 * self.side * self.side", "y = tg.assert_shape(tg.tanh(self.third(y))"
        ),
        Mutation(
            "in_features=120, out_features=84",
            "in_features=84, out_features=120",
            "y = tg.assert_shape(tg.tanh(self.fourth(y))",
        ),
        Mutation("tg.conv2d(x, self.weight", "tg.conv2d(x.mT, self.weight"),
        Mutation(
            "tg.softmax_cross_entropy(model(x), labels)", "tg.softmax_cross_entropy(tg.softmax(model(x), axis=-1), x)"
        ),
    ],
    "resnet18": [
        Mutation("Block(width=2 * self.width)", "Block(width=4 * self.width)", "y = tg.assert_shape(self.block4(y)"),
        Mutation(
            "kernel=7, stride=2, padding=3",
            "kernel=7, stride=2",
            "y = tg.assert_shape(tg.relu(self.norm(self.stem(x)))",
        ),
        Mutation("kernel=1, stride=2))", "kernel=1))", "beside = tg.assert_shape("),
        Mutation(
            "in_channels=self.width, out_channels=2 * self.width, kernel=3, stride=2",
            "in_channels=2 * self.width, out_channels=self.width, kernel=3, stride=2",
            'y = tg.assert_shape(tg.relu(self.norm1(self.first(x))), "n 2*width',
        ),
        Mutation(
            "in_features=8 * self.width",
            "in_features=4 * self.width",
            "return tg.assert_shape(self.head(features)",
        ),
        Mutation("features = tg.assert_shape(self.mean(y)", "features = tg.assert_shape(y"),
        Mutation("return tg.relu(x + y)", "return tg.relu(tg.concat([x, y], axis=1))"),
        Mutation("tg.relu(beside + y)", "tg.relu(x + y)"),
        Mutation('self.norm2(self.second(y)), "n width h w"', 'self.norm2(self.second(y.mT)), "n width h w"'),
        Mutation("y = tg.assert_shape(self.halving5(y)", "y = tg.assert_shape(self.block4(y)"),
    ],
    "unet": [
        Mutation("tg.concat([beside, wide], axis=1)", "tg.concat([beside, wide], axis=2)"),
        Mutation("tg.concat([beside, wide], axis=1)", "tg.concat([x, wide], axis=1)"),
        Mutation("self.up2(third, second)", "self.up2(second, third)"),
        Mutation("kernel=2, stride=2)", "kernel=3, stride=2)", "wide = tg.assert_shape("),
        Mutation(
            "DoubleConv(inputs=2 * self.outputs, outputs=self.outputs)",
            "DoubleConv(inputs=self.outputs, outputs=2 * self.outputs)",
            "return tg.assert_shape(self.convs(both)",
        ),
        Mutation("(0, 2, 3, 1)", "(0, 1, 2, 3)", "return tg.softmax_cross_entropy("),
        Mutation("self.down2(self.pool(first))", "self.down2(first)"),
        Mutation(
            "DoubleConv(inputs=2 * self.width, outputs=4 * self.width)",
            "DoubleConv(inputs=self.width, outputs=4 * self.width)",
            "third = tg.assert_shape(",
        ),
    ],
}

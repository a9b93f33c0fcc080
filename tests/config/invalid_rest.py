"""Losses, words, inputs and graphs that make no sense, as `invalid_layers` has layers."""

from __future__ import annotations

from typing import Final

from tests.config.case import Case, of

_FLAT = 'network().input("n 7")'
_IMAGE = 'network().input("n 3 28 20")'
_STEPS = 'network().input("n t 7")'
_GRAPH = 'g = network().graph(); x, y = g.input("x", "n 4"), g.input("y", "n 3"); '

REST: Final[dict[str, Case]] = {
    # what losses take
    "softmax twice": of(
        _FLAT,
        '.output("softmax_cross_entropy", Dense, out_features=3, activation="softmax")',
        '.output("softmax_cross_entropy", Dense, out_features=3)',
        'softmax_cross_entropy|Dense|activation "softmax"|`sparse_categorical_cross_entropy`',
    ),
    "softmax twice, as a layer": of(
        _FLAT + ".layer(Dense, out_features=3)",
        '.layer(Softmax).loss("softmax_cross_entropy")',
        '.loss("softmax_cross_entropy")',
        "softmax_cross_entropy|Softmax|logits",
    ),
    "sigmoid twice": of(
        _FLAT,
        '.output("binary_cross_entropy_with_logits", Dense, out_features=1, activation="sigmoid")',
        '.output("binary_cross_entropy", Dense, out_features=1, activation="sigmoid")',
        'binary_cross_entropy_with_logits|activation "sigmoid"|`binary_cross_entropy`',
    ),
    "logits as probabilities": of(
        _FLAT,
        '.output("categorical_cross_entropy", Dense, out_features=3)',
        '.output("categorical_cross_entropy", Dense, out_features=3, activation="softmax")',
        "categorical_cross_entropy|no activation|probabilities|softmax",
    ),
    "logits as yes or no": of(
        _FLAT,
        '.output("binary_cross_entropy", Dense, out_features=3)',
        '.output("binary_cross_entropy_with_logits", Dense, out_features=3)',
        "binary_cross_entropy|no activation|sigmoid",
    ),
    "logits as logarithms": of(
        _FLAT,
        '.output("nll", Dense, out_features=3)',
        '.output("nll", Dense, out_features=3, activation="log_softmax")',
        "nll|log-probabilities|log_softmax",
    ),
    "probabilities as numbers": of(
        _FLAT,
        '.output("mse", Dense, out_features=3, activation="softmax")',
        '.output("mse", Dense, out_features=3, activation="sigmoid")',
        'mse|activation "softmax"|categorical_cross_entropy',
    ),
    "rates below zero": of(
        _FLAT,
        '.output("poisson_nll_of_rates", Dense, out_features=1)',
        '.output("poisson_nll_of_rates", Dense, out_features=1, activation="softplus")',
        "poisson_nll_of_rates|rates|softplus",
    ),
    "one class": of(
        _FLAT,
        '.output("softmax_cross_entropy", Dense, out_features=1)',
        '.output("binary_cross_entropy_with_logits", Dense, out_features=1)',
        "softmax_cross_entropy|2 classes|1|binary_cross_entropy_with_logits",
    ),
    "labels of another width": of(
        _FLAT + '.output("mse", Dense, out_features=3)',
        '.labels("n 4")',
        '.labels("n 3")',
        "`output`|mse|`prediction`|[n 3]|`target`|[n 4]",
    ),
    "distributions where labels are due": of(
        _FLAT,
        '.output("softmax_cross_entropy", Dense, out_features=3).labels("n 3")',
        '.output("soft_label_cross_entropy", Dense, out_features=3).labels("n 3")',
        "`output`|softmax_cross_entropy|`labels`|[n]|[n 3]",
    ),
    "labels of all steps for the last one": of(
        _STEPS + ".layer(Lstm, features=4)",
        '.layer(LastStep).output("softmax_cross_entropy", Dense, out_features=3).labels("n t")',
        '.output("softmax_cross_entropy", Dense, out_features=3).labels("n t")',
        "`output`|softmax_cross_entropy|`labels`|[n t]",
    ),
    "steps for a loss of steps": of(
        _FLAT,
        '.output("ctc_with_logits", Dense, out_features=3)',
        '.layer(RepeatTime, times=5).output("ctc_with_logits", Dense, out_features=3)',
        "`output`|ctc_with_logits|`logits`|3 axes|has 2",
    ),
    "no layers": of(_FLAT, '.loss("mse")', '.layer(Relu).loss("mse")', "no layers"),
    # words
    "an unknown option": of(
        _FLAT, ".layer(Dense, out_feature=3)", ".layer(Dense, out_features=3)", "out_feature|out_features", "mypy"
    ),
    "an option of another type": of(
        _FLAT, '.layer(Dense, out_features="3")', ".layer(Dense, out_features=3)", "out_features|int|str", "mypy"
    ),
    "an unknown activation": of(
        _FLAT,
        '.layer(Dense, out_features=3, activation="rellu")',
        '.layer(Dense, out_features=3, activation="relu")',
        "activation|'rellu'",
        "mypy",
    ),
    "an unknown loss": of(
        _FLAT,
        '.output("mses", Dense, out_features=3)',
        '.output("mse", Dense, out_features=3)',
        "output|'mses'",
        "mypy",
    ),
    "an unknown padding": of(
        _IMAGE,
        '.layer(Conv2d, out_channels=2, kernel=3, padding="sme")',
        '.layer(Conv2d, out_channels=2, kernel=3, padding="same")',
        "padding|'sme'",
        "mypy",
    ),
    "an unknown initialiser": of(
        "network", '(weight_init="xaviar")', '(weight_init="xavier")', "weight_init|'xaviar'", "mypy"
    ),
    "no updater": of("network", "(updater=0.1)", "(updater=optim.sgd(0.1))", "updater|float|Updater", "mypy"),
    "an unknown default": of(
        "network", "(updatr=optim.sgd(0.1))", "(updater=optim.sgd(0.1))", "updatr|updater", "mypy"
    ),
    "an unknown option of a layer in the network": of(
        _FLAT + ".using(", "LayerOptions(nam='a'))", "LayerOptions(name='a'))", "nam|name|LayerOptions", "mypy"
    ),
    "an unknown option of a loss": of(
        "config.with_options(tg.huber, ", "dleta=0.5)", "delta=0.5)", "dleta|delta", "mypy"
    ),
    "a network that is not built": of(
        _FLAT, "(tg.ones((1, 7)))", ".layer(Relu).build()(tg.ones((1, 7)))", "not callable", "mypy"
    ),
    "a network without a loss": of(
        _FLAT + ".layer(Relu)", ".build().recipe", '.loss("mse").build().recipe', "Backbone|recipe", "mypy"
    ),
    "a layer behind the output": of(
        _FLAT + ".layer(Relu)", '.loss("mse").layer(Relu)', '.layer(Relu).loss("mse")', "OutputBuilder|layer", "mypy"
    ),
    "a penalty below zero": of("network", "(l2=-0.1)", "(l2=0.1)", "network|`l2`|-0.1"),
    "dropping all": of("network", "(drop=1.0)", "(drop=0.5)", "network|`drop`|1.0"),
    "dropping all before one layer": of(
        _FLAT + ".using(", "LayerOptions(drop=1.5))", "LayerOptions(drop=0.5))", "LayerOptions|`drop`|1.5"
    ),
    "two layers of one name": of(
        _FLAT + '.using(LayerOptions(name="a")).layer(Relu)',
        '.using(LayerOptions(name="a")).layer(Relu)',
        '.using(LayerOptions(name="b")).layer(Relu)',
        "called `a`",
    ),
    # shape strings
    "a batch of fixed size": of("network()", '.input("32 7")', '.input("n 7")', 'input|"32 7"|batch|"n 7"'),
    "a malformed size": of("network()", '.input("n 1 2&")', '.input("n 1 2")', 'input|"n 1 2&"|2&'),
    "two axes of one name": of("network()", '.input("n n")', '.input("n m")', 'input|"n n"|one name'),
    "axes left open": of("network()", '.input("n *rest")', '.input("n 3 4")', "input|`*rest`"),
    # graphs
    "a sum of two sizes": of(_GRAPH, "x + y", "x + y.layer(Dense, out_features=4)", "`add`|Add|[n 4]|[n 3]"),
    "a graph without one of its inputs": of(
        _GRAPH + "z = x.merge(y); ",
        "g.backbone(inputs=x, outputs=z)",
        "g.backbone(inputs=[x, y], outputs=z)",
        "input `y`|`inputs` has `x`",
    ),
    "an input that leads nowhere": of(
        _GRAPH,
        "g.backbone(inputs=[x, y], outputs=x.layer(Relu))",
        "g.backbone(inputs=x, outputs=x.layer(Relu))",
        "input `y`|leads to no output",
    ),
    "a shared layer of two sizes": of(
        _GRAPH + "d = Dense(out_features=2); ",
        "g.backbone(inputs=[x, y], outputs=[x.add(d), y.add(d)])",
        "g.backbone(inputs=[x, y], outputs=[x.add(d), y.layer(Dense, out_features=4).add(d)])",
        "`dense_2`|in_features=3|in_features is 4",
    ),
    "an output of a graph without a loss": of(
        _GRAPH,
        "g.build(inputs=x, outputs=x.layer(Relu))",
        'g.build(inputs=x, outputs=x.layer(Relu).loss("mse"))',
        "build|Handle",
        "mypy",
    ),
    "a cycle": of(
        "read_graph",
        '({"a": ["b"], "b": ["a"]})',
        '({"a": ["x"], "b": ["a"]})',
        "a -> b -> a",
    ),
    "an edge from nowhere": of(
        "read_graph", '({"a": ["x"], "b": ["aa"]})', '({"a": ["x"], "b": ["a"]})', "`b` takes `aa`|`a`"
    ),
}

"""Files that cannot be meant are refused with file, line, column and path; nothing in them is executed."""

from __future__ import annotations

import json
import random
import sys
import time
from contextlib import suppress
from typing import Any

import pytest

import typedgrad as tg
from typedgrad.config import GraphSpec, NetworkSpec, SpecError
from typedgrad.config.json_text import parse_json
from typedgrad.config.located import Node
from typedgrad.nn import Conv2d, Dense, MaxPool2d


def _network(**entries: object) -> str:
    return json.dumps({"typedgrad": "network", "input": "n 4", **entries})


def _dense(**options: object) -> str:
    return _network(layers=[{"type": "Dense", **options}])


# What is wrong with a text, by the text, and how the message ends.
WRONG: dict[str, tuple[str, str]] = {
    "unknown option": (
        _dense(out_feature=3),
        "layers[0].out_feature: Dense has no `out_feature`; did you mean `out_features`?",
    ),
    "missing option": (_dense(), "layers[0]: Dense needs `out_features`"),
    "wrong type": (_dense(out_features="3"), "layers[0].out_features: must be an int, not '3'"),
    "a fraction": (_dense(out_features=2.5), "layers[0].out_features: must be an int, not 2.5"),
    "a flag as number": (_dense(out_features=True), "layers[0].out_features: must be an int, not true"),
    "a number as flag": (_dense(out_features=3, use_bias=1), "layers[0].use_bias: must be true or false, not 1"),
    "zero": (_dense(out_features=0), "layers[0]: Dense: `out_features` must be a positive int, got 0"),
    "unknown layer": (
        _network(layers=[{"type": "Desne"}]),
        ": there is no layer `Desne`; did you mean `Dense`?",
    ),
    "no type": (_network(layers=[{"out_features": 3}]), "layers[0]: a layer needs a `type`"),
    "a layer by a path": (_network(layers=[{"type": "os.system"}]), "layers[0].type: there is no layer `os.system`"),
    "a layer of numbers": (_network(layers=[3]), "layers[0]: must be a mapping that describes a layer, not 3"),
    "unknown activation": (
        _network(activation="rellu"),
        "there is no activation `rellu`; did you mean `relu`?",
    ),
    "unknown loss": (_network(output={"loss": "mses"}), "output.loss: there is no loss `mses`; did you mean `mse`?"),
    "no loss": (_network(output={}), "output: an output needs a `loss`"),
    "option of a loss": (
        _network(output={"loss": {"type": "huber", "dleta": 1.0}}),
        "output.loss.dleta: huber has no `dleta`; did you mean `delta`?",
    ),
    "unknown updater": (
        _network(updater={"type": "adm"}),
        "there is no updater `adm`; did you mean `adam`?",
    ),
    "an updater by name": (_network(updater="adam"), "updater: must be an updater, not 'adam'"),
    "a rate below zero": (
        _network(updater={"type": "sgd", "learning_rate": -1}),
        "updater: sgd: `learning_rate` must be positive and finite, got -1",
    ),
    "a rate as text": (
        _network(updater={"type": "sgd", "learning_rate": [1]}),
        "updater.learning_rate: must be a number or a schedule, not a list",
    ),
    "a schedule": (
        _network(updater={"type": "sgd", "learning_rate": {"type": "cosine", "peak": 1.0}}),
        "updater.learning_rate: cosine needs `steps`",
    ),
    "unknown initialiser": (
        _network(weight_init="xaviar"),
        "weight_init: there is no initializer `xaviar`; did you mean `xavier`?",
    ),
    "unknown key": (_network(layrs=[]), "layrs: a network has no `layrs`; did you mean `layers`?"),
    "unknown key of with": (
        _dense(out_features=1, **{"with": {"nam": "a"}}),
        "layers[0].with.nam: what goes `with` a layer has no `nam`; did you mean `name`?",
    ),
    "a bad name": (
        _dense(out_features=1, **{"with": {"name": "a b"}}),
        "layers[0].with: LayerOptions: `name` must be a word such as `hidden`, not 'a b'",
    ),
    "a bad input": (
        _network(input="4 4"),
        '"4 4" is the batch, which must have a name: "n 4"',
    ),
    "no input": ('{"typedgrad": "network"}', 'a network needs an `input`, such as "n 784"'),
    "another kind": ('{"typedgrad": "net"}', "typedgrad: \"network\" is due, not 'net'"),
    "no kind": ('{"input": "n 4"}', '`"typedgrad": "network"` is due'),
    "another version": (_network(version=2), "version: version 1 is due, not 2"),
    "dtype": (_network(dtype="int8"), "\"float64\", not 'int8'"),
    "huge numbers": (_network(seed=10**30), f"seed: {10**30} is too large"),
    "negative": (_network(l2=-1), "typedgrad: network: `l2` must be at least 0 and finite, got -1"),
    "row too long": (
        _network(layers=[{"type": "Pad2d", "padding": [1, 2, 3]}]),
        "layers[0].padding: must be a list of 2, not a list of 3",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_meant_is_refused(case: str) -> None:
    text, message = WRONG[case]
    with pytest.raises(SpecError) as raised:
        NetworkSpec.from_json(text, file="net.json")
    assert str(raised.value).startswith("net.json:1:")
    assert str(raised.value).endswith(message)


@pytest.mark.parametrize("case", WRONG)
def test_the_same_is_refused_in_yaml(case: str) -> None:
    text, message = WRONG[case]
    # JSON is YAML; what JSON's numbers may be is the same.
    with pytest.raises(SpecError) as raised:
        NetworkSpec.from_yaml(text, file="net.yaml")
    assert str(raised.value).startswith("net.yaml:1:")
    assert str(raised.value).endswith(message)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "1:1", "the text ends too early"),
        ("{", "1:2", "a key in double quotes is due"),
        ("{'a': 1}", "1:2", "a key in double quotes is due"),
        ('{"a" 1}', "1:6", "a colon is due after `a`"),
        ('{"a": 1,}', "1:9", "a key in double quotes is due"),
        ('{\n  "a": 1,\n  "a": 2}', "3:3", "a: the key `a` is there twice"),
        ("[1 2]", "1:4", "a comma or ] is due"),
        ("[1] 2", "1:5", "there is more after the end of the value"),
        ("[NaN]", "1:2", "[0]: NaN is no number of JSON; all numbers must be finite"),
        ("[-Infinity]", "1:2", "[0]: -Infinity is no number of JSON; all numbers must be finite"),
        ("[1e400]", "1:2", "[0]: 1e400 is too large for a number"),
        ("[" + "9" * 5000 + "]", "1:2", "[0]: a number of more than 400 characters"),
        ("[01]", "1:2", "[0]: unexpected '01'"),
        ("[nul]", "1:2", "[0]: unexpected 'nul'"),
        ('["\\x41"]', "1:2", "[0]: a string that does not end, or holds what strings must not"),
        ('["a', "1:2", "[0]: a string that does not end, or holds what strings must not"),
        ("[" * 100_000, "1:66", "nested deeper than 64 levels"),
    ],
)
def test_texts_that_are_no_json_are_refused(text: str, place: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        parse_json(text, "a.json")
    assert str(raised.value).startswith(f"a.json:{place}: ")
    assert str(raised.value).endswith(message)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: &x 1\nb: *x", "1:4", "a: anchors and aliases are not allowed"),
        ("a: *x", "1:4", "a: anchors and aliases are not allowed"),
        (
            "a: !!python/object/apply:os.system [ls]",
            "1:4",
            "tags are not allowed: tag:yaml.org,2002:python/object/apply:os.system",
        ),
        ("a: !!int '3'", "1:4", "tags are not allowed: tag:yaml.org,2002:int"),
        ("a: 1\nb: 2\na: 3", "3:1", "a: the key `a` is there twice"),
        ("a: .nan", "1:4", "a: .nan is not allowed; all numbers must be finite"),
        ("a: -.inf", "1:4", "a: -.inf is not allowed; all numbers must be finite"),
        ("? [1]\n: 2", "1:3", "keys must be words"),
        ("a: [1", "1:6", "expected ',' or ']', but got '<stream end>'"),
        ("--- 1\n--- 2", "2:1", "there must be one document"),
        ("", "1:1", "the text is empty"),
        (
            "a: \x00",
            "1:1",
            'unacceptable character #x0000: special characters are not allowed\n  in "<unicode string>", position 3',
        ),
        ("[" * 1000, "1:66", "nested deeper than 64 levels"),
    ],
)
def test_texts_that_are_no_plain_yaml_are_refused(text: str, place: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        NetworkSpec.from_yaml(text, file="a.yaml")
    assert str(raised.value).startswith(f"a.yaml:{place}: ")
    assert str(raised.value).endswith(message)


def test_a_bomb_of_aliases_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    start = time.perf_counter()
    with pytest.raises(SpecError, match="anchors and aliases are not allowed"):
        NetworkSpec.from_yaml("\n".join(lines))
    assert time.perf_counter() - start < 1.0


def test_words_of_yaml_mean_what_they_mean_in_json() -> None:
    spec = NetworkSpec.from_yaml(
        "typedgrad: network\ninput: n 4\nl2: 1e-3\nlayers:\n  - type: Dense\n    out_features: 3\n    use_bias: false\n"
    )
    assert spec.defaults.l2 == 1e-3
    with pytest.raises(SpecError, match="use_bias: must be true or false, not 'no'"):
        NetworkSpec.from_yaml("typedgrad: network\ninput: n 4\nlayers: [{type: Dense, out_features: 3, use_bias: no}]")


def test_lines_and_columns_are_those_of_the_key() -> None:
    text = (
        '{\n  "typedgrad": "network", "input": "n 4",\n\n  "layers": [\n    {"type": "Dense",\n     "out_feature": 3}]}'
    )
    with pytest.raises(SpecError) as raised:
        NetworkSpec.from_json(text, file="net.json")
    assert (raised.value.line, raised.value.column, raised.value.path) == (6, 6, "layers[0].out_feature")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"layers": {}, "output": {"of": "x"}}, "a graph needs `inputs`"),
        ({"inputs": {"x": "n 4"}, "output": {"of": "x"}}, "a graph needs `layers`"),
        ({"inputs": {"x": "n 4"}, "layers": {}}, "either `output`, or a list of `outputs`"),
        (
            {"inputs": {"x": "n 4"}, "layers": {"a": {"type": "Relu"}}, "output": {"of": "a"}},
            "layers.a: a layer of a graph needs `inputs`, the names of what it takes",
        ),
        (
            {"inputs": {"x": "n 4"}, "layers": {"a": {"type": "Relu", "inputs": ["y"]}}, "output": {"of": "a"}},
            "layers: graph: `a` takes `y`, which is not there",
        ),
        (
            {
                "inputs": {"x": "n 4"},
                "layers": {"a": {"type": "Relu", "inputs": ["b"]}, "b": {"type": "Relu", "inputs": ["a"]}},
                "output": {"of": "a"},
            },
            "layers: graph: these wait for each other: a -> b -> a",
        ),
        (
            {"inputs": {"x": "n 4"}, "layers": {"a": {"shares": "b", "inputs": ["x"]}}, "output": {"of": "a"}},
            "layers: graph: `a` shares the layer `b`, which is not there",
        ),
        (
            {
                "inputs": {"x": "n 4"},
                "layers": {"a": {"type": "Relu", "inputs": ["x"]}},
                "output": {"of": "a", "loss": "mse", "weight": 0},
            },
            "output.weight: must be a positive number, not 0",
        ),
    ],
)
def test_graphs_in_files_that_make_no_sense_are_refused(document: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as raised:
        GraphSpec.from_json(json.dumps({"typedgrad": "graph", **document}))
    assert str(raised.value).endswith(message)


def _text() -> str:
    return (
        tg.network(
            seed=7, updater=tg.optim.adam(tg.optim.cosine(1e-3, steps=9)), l2=1e-4, weight_init=tg.nn.normal(0.5)
        )
        .input("n 1 12 12")
        .layer(Conv2d, out_channels=3, kernel=(3, 3), activation="relu")
        .layer(MaxPool2d, kernel=2)
        .using(tg.config.LayerOptions(name="hidden", drop=0.5))
        .layer(Dense, out_features=5)
        .output("softmax_cross_entropy", Dense, out_features=10)
        .build()
        .spec.to_json()
    )


def test_texts_with_accidents_are_read_or_refused_and_nothing_else() -> None:
    random_ = random.Random(0)
    text = _text()
    refused = 0
    for _ in range(800):
        chars = list(text)
        for _ in range(random_.randint(1, 3)):
            at = random_.randrange(len(chars))
            match random_.randrange(4):
                case 0:
                    chars[at] = chr(random_.randrange(32, 127))
                case 1:
                    del chars[at]
                case 2:
                    chars.insert(at, random_.choice('{}[]",:0-9eE.\\ntfN'))
                case _:
                    end = min(len(chars), at + random_.randint(1, 30))
                    chars[at:end] = chars[at:end] * 2
        try:
            NetworkSpec.from_json("".join(chars))
        except SpecError:
            refused += 1
    assert refused > 500


def test_values_of_every_kind_in_every_place_are_read_or_refused() -> None:
    document = json.loads(_text())
    odd: list[Any] = [None, True, -1, 1e300, "", [[]], {}, {"type": "Dense"}, {"type": 3}, ["relu"], 2**60]

    def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [at, *(place for key, item in items for place in places(item, (*at, key)))]

    for place in places(document)[1:]:
        for value in odd:
            changed = json.loads(_text())
            inner = changed
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = value
            with suppress(SpecError):
                NetworkSpec.from_json(json.dumps(changed))


def test_what_is_not_json_but_python_is_not_run() -> None:
    for text in ("__import__('os')", '{"typedgrad": __import__("os")}', "exec('1')"):
        with pytest.raises(SpecError):
            NetworkSpec.from_json(text)


def test_nodes_say_what_they_are() -> None:
    values: list[Any] = [None, True, [], {}, 3, "a" * 99]
    assert [Node(value, "", 1, 1).shown() for value in values] == [
        "null",
        "true",
        "a list",
        "a mapping",
        "3",
        f"'{'a' * 56}...",
    ]


def test_without_pyyaml_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ImportError, match=r"YAML needs the package PyYAML: pip install typedgrad\[yaml\]"):
        NetworkSpec.from_yaml("typedgrad: network")
    assert NetworkSpec("n 4").to_yaml()  # writing needs no package

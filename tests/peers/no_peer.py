"""Public names that are compared with nothing, each with the reason."""

from __future__ import annotations

NO_PEER: list[tuple[str, str]] = [
    (
        "abstract eval_shape assert_shape typed Tensor",
        "what shapes and types are declared with; no arithmetic",
    ),
    (
        "nn.Layer nn.param nn.state nn.sub nn.inferred nn.Activation nn.Initializer",
        "what layers are declared with; no arithmetic",
    ),
    (
        "grad value_and_grad vjp jvp jacobian hessian hvp stop_gradient check_gradients",
        "differentiation itself, which every line with gradients is about",
    ),
    (
        "trace compile",
        "functions as graphs; tests/graph and tests/codegen compare their numbers with those of the functions",
    ),
    (
        "tree_map leaves_with_paths init training to to_numpy summary nn.count_parameters nn.carrying",
        "trees, training runs, devices and conversion; the numbers come from the names above",
    ),
    ("fit fit_until evaluate score activations transfer", "training as a whole; likewise"),
    ("save load", "files; tests/io compares them with those of the package safetensors and of torch"),
    (
        "network config.network config.NetworkBuilder config.LayerBuilder config.OutputBuilder config.Network",
        "descriptions of networks; the layers, losses and updaters of which they are made are compared themselves",
    ),
    (
        "config.Backbone config.NetworkSpec config.LayerSpec config.LayerOptions config.Defaults config.Recipe",
        "likewise",
    ),
    (
        "config.Loss config.with_options config.register_function config.register_loss config.register_layer",
        "likewise",
    ),
    (
        "config.GraphBuilder config.GraphNetwork config.GraphBackbone config.GraphSpec config.Handle config.Handles",
        "likewise",
    ),
    (
        "config.Head config.together config.SpecError config.schema",
        "likewise",
    ),
    ("can_cast finfo iinfo isdtype result_type", "questions about dtypes, after the Array API standard"),
    ("empty empty_like", "values are whatever is in memory"),
    ("nn.zeros nn.ones nn.constant", "initialisers without randomness: all elements are one number"),
    (
        "Key random.Key random.key random.fold_in random.split random.bits random.permutation",
        "keys are ours alone (Philox); the tests of the generator compare bits with its published vectors",
    ),
    (
        "optim.AccumulatedState optim.AdamState optim.AverageState optim.CountedState optim.FormulaState",
        "what updaters remember",
    ),
    (
        "optim.GroupedState optim.SgdState optim.SolverState",
        "likewise",
    ),
    (
        "optim.Adam optim.Chain optim.Constraint optim.GradientTransform optim.Plateau optim.Result optim.Schedule",
        "classes of what the functions above return and take",
    ),
    (
        "optim.Sgd optim.Updater",
        "likewise",
    ),
]

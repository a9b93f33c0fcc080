"""The models have as many parameters as published, and give what they should, without a single weight being made."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import NamedTuple

import pytest

import typedgrad as tg
from typedgrad import Tensor, nn, zoo


class Published(NamedTuple):
    """A model, how many parameters it has and who says so, and the shapes of its input and its result."""

    make: Callable[[], nn.Layer]
    parameters: int
    source: str
    input: Tensor
    output: tuple[object, ...]


N = tg.abstract("n").shape[0]
T = tg.abstract("t").shape[0]
IMAGES = tg.abstract("n 3 224 224")
WORDS = tg.abstract("n t", "int64")

PUBLISHED = {
    "LeNet": Published(zoo.lenet, 431_080, "Caffe, examples/mnist/lenet.prototxt", tg.abstract("n 1 28 28"), (N, 10)),
    "AlexNet": Published(
        zoo.alexnet, 60_965_224, "Caffe, models/bvlc_alexnet; the paper says 60 million",
        tg.abstract("n 3 227 227"), (N, 1000),
    ),
    "VGG16": Published(zoo.vgg16, 138_357_544, "torchvision, Keras", IMAGES, (N, 1000)),
    "VGG19": Published(zoo.vgg19, 143_667_240, "torchvision, Keras", IMAGES, (N, 1000)),
    "GoogLeNet": Published(
        lambda: zoo.googlenet(auxiliary=False), 6_998_552, "Caffe, models/bvlc_googlenet, to deploy", IMAGES, (N, 1000)
    ),
    "GoogLeNet with its heads": Published(
        zoo.googlenet, 13_378_280, "Caffe, models/bvlc_googlenet, to train", IMAGES, (N, 1000)
    ),
    "GoogLeNet with batch norm": Published(
        lambda: zoo.googlenet(batch_norm=True, auxiliary=False), 6_624_904, "torchvision, without heads",
        IMAGES, (N, 1000),
    ),
    "GoogLeNet with batch norm and its heads": Published(
        lambda: zoo.googlenet(batch_norm=True), 13_004_888, "torchvision", IMAGES, (N, 1000)
    ),
    "ResNet-18": Published(zoo.resnet18, 11_689_512, "torchvision", IMAGES, (N, 1000)),
    "ResNet-34": Published(zoo.resnet34, 21_797_672, "torchvision", IMAGES, (N, 1000)),
    "ResNet-50": Published(zoo.resnet50, 25_557_032, "torchvision", IMAGES, (N, 1000)),
    "SqueezeNet 1.0": Published(zoo.squeezenet, 1_248_424, "torchvision", IMAGES, (N, 1000)),
    "SqueezeNet 1.1": Published(
        lambda: zoo.squeezenet(version="1.1"), 1_235_496, "torchvision", IMAGES, (N, 1000)
    ),
    "MobileNetV2": Published(zoo.mobilenet_v2, 3_504_872, "torchvision", IMAGES, (N, 1000)),
    "DenseNet-121": Published(zoo.densenet121, 7_978_856, "torchvision", IMAGES, (N, 1000)),
    "U-Net": Published(
        zoo.unet, 31_030_658,
        "the paper's figure 1; the Keras version with one more convolution, 31,031,685, has 1,027 more",
        tg.abstract("n 1 572 572"), (N, 2, 388, 388),
    ),
    "Darknet-19": Published(zoo.darknet19, 20_842_376, "pytorchcv", IMAGES, (N, 1000)),
    "Xception": Published(
        zoo.xception, 22_855_952, "Keras: 22,910,480, of which 54,528 are running statistics",
        tg.abstract("n 3 299 299"), (N, 1000),
    ),
    "SimpleCNN": Published(
        zoo.simple_cnn, 641_463, "the authors: 642,935, of which 1,472 are running statistics",
        tg.abstract("n 1 48 48"), (N, 7),
    ),
    "Tiny YOLO": Published(
        zoo.tiny_yolo,
        15_861_773,
        "Keras versions for VOC: 15,867,885, of which 6,112 are running statistics",
        tg.abstract("n 3 416 416"),
        (N, 125, 13, 13),
    ),
    "YOLO2": Published(
        zoo.yolo2,
        50_962_889,
        "Keras versions for COCO: 50,983,561, of which 20,672 are running statistics",
        tg.abstract("n 3 608 608"),
        (N, 425, 19, 19),
    ),
    "a character LSTM": Published(
        lambda: zoo.text_generation_lstm(vocabulary=47), 848_687,
        "the sum over the layers of Deeplearning4j's TextGenerationLSTM", WORDS, (N, T, 47),
    ),
    "GPT-2 small": Published(zoo.gpt2_small, 124_439_808, "Hugging Face, gpt2", WORDS, (N, T, 50257)),
    "BERT-base": Published(zoo.bert_base, 109_482_240, "Hugging Face, bert-base-uncased", WORDS, (N, T, 768)),
    "ViT-B/16": Published(zoo.vit_b16, 86_567_656, "torchvision", IMAGES, (N, 1000)),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_model_has_as_many_parameters_as_published(name: str) -> None:
    published = PUBLISHED[name]
    assert nn.count_parameters(published.make()) == published.parameters, published.source


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_model_gives_the_shape_it_should_for_a_batch_of_any_size(name: str) -> None:
    model = PUBLISHED[name].make()
    out = tg.eval_shape(model, PUBLISHED[name].input)
    out = out[0] if isinstance(model, zoo.Bert) else out
    assert out.shape == PUBLISHED[name].output
    assert out.device == "abstract"


@pytest.mark.parametrize(
    "make",
    [zoo.resnet50, zoo.googlenet, zoo.squeezenet, zoo.mobilenet_v2, zoo.densenet121, zoo.darknet19, zoo.xception],
)
def test_models_without_a_fixed_size_take_pictures_of_any(make: Callable[[], nn.Layer]) -> None:
    assert tg.eval_shape(make(), "n 3 h w").shape == (N, 1000)


def test_the_shape_of_a_u_nets_result_is_a_formula() -> None:
    out = tg.eval_shape(zoo.unet(), "n 1 h w")
    assert str(out.shape[2]) == "16*((h+4)//16)-188"
    assert tg.eval_shape(zoo.unet(padding="same"), "n 1 16*h 16*w").shape == tg.abstract("n 2 16*h 16*w").shape


# In 10^9, as torchvision documents them; strides and paddings have a part in these numbers.
MULTIPLY_ADDS: dict[str, tuple[Callable[[], nn.Layer], float]] = {
    "VGG16": (zoo.vgg16, 15.47),
    "VGG19": (zoo.vgg19, 19.63),
    "GoogLeNet": (lambda: zoo.googlenet(batch_norm=True, auxiliary=False), 1.50),
    "ResNet-18": (zoo.resnet18, 1.81),
    "ResNet-34": (zoo.resnet34, 3.66),
    "ResNet-50": (zoo.resnet50, 4.09),
    "SqueezeNet 1.0": (zoo.squeezenet, 0.82),
    "SqueezeNet 1.1": (lambda: zoo.squeezenet(version="1.1"), 0.35),
    "MobileNetV2": (zoo.mobilenet_v2, 0.30),
    "DenseNet-121": (zoo.densenet121, 2.83),
    "ViT-B/16": (zoo.vit_b16, 17.56),
}


@pytest.mark.parametrize("name", MULTIPLY_ADDS)
def test_a_model_multiplies_as_often_as_published(name: str) -> None:
    make, published = MULTIPLY_ADDS[name]
    found = tg.summary(make(), tg.abstract("1 3 224 224"))
    assert found.parameters == nn.count_parameters(make())
    assert isinstance(found.multiply_adds, int)
    assert round(found.multiply_adds / 1e9, 2) == published


def test_no_weights_are_made_for_that() -> None:
    tracemalloc.start()
    model = zoo.vgg16()
    tg.eval_shape(model, IMAGES)
    nn.count_parameters(model)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6, "its weights would take 553 MB"


def test_what_was_counted_is_what_is_made() -> None:
    for model in (
        zoo.lenet(),
        zoo.ResNet(depths=(1, 1, 1, 1), width=4),
        zoo.Gpt2(vocabulary=9, features=8, heads=2, depth=2),
    ):
        made = tg.init(model, tg.random.key(0))
        leaves = [leaf for _, leaf in tg.leaves_with_paths(made) if isinstance(leaf, Tensor)]
        assert sum(leaf.size for leaf in leaves) == nn.count_parameters(model) == nn.count_parameters(made)


def test_shared_layers_count_once_and_missing_sizes_are_refused() -> None:
    layer = nn.Dense(in_features=3, out_features=3)
    assert nn.count_parameters(nn.Sequential(layer, tg.relu, layer)) == 12
    with pytest.raises(TypeError, match="needs `in_features`, which is not known"):
        nn.count_parameters(nn.Sequential(nn.Dense(out_features=3)))


def test_the_heads_of_googlenet_are_there_in_training() -> None:
    heads = tg.eval_shape(zoo.googlenet(classes=10).with_auxiliary, IMAGES)
    assert [head.shape for head in heads] == [(N, 10)] * 3
    with pytest.raises(ValueError, match="made with auxiliary=False"):
        tg.eval_shape(zoo.googlenet(auxiliary=False).with_auxiliary, IMAGES)

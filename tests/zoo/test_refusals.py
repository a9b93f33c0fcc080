"""Pictures, texts and options that do not fit are refused, with the name of the model and both sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import typedgrad as tg
from typedgrad import nn, zoo

WRONG_PICTURES: dict[str, tuple[Callable[[], nn.Layer], str, str]] = {
    "LeNet": (zoo.lenet, "n 1 32 32", r"LeNet.*: `x` has size=32, but size is 28"),
    "AlexNet": (zoo.alexnet, "n 3 32 32", r"AlexNet.*: `x` has size=32, but size is 227"),
    "AlexNet, no square": (zoo.alexnet, "n 3 227 224", r"AlexNet.*: `x` has size=224, but size is 227"),
    "VGG": (zoo.vgg16, "n 3 32 32", r"Vgg.*: `x` has size=32, but size is 224"),
    "ViT": (zoo.vit_b16, "n 3 256 256", r"VisionTransformer.*: `x` has size=256, but size is 224"),
    "ResNet": (zoo.resnet18, "n 1 224 224", r"ResNet.*: `x` has channels=1, but channels is 3"),
    "GoogLeNet": (zoo.googlenet, "n 1 224 224", r"GoogLeNet.*: `x` has channels=1, but channels is 3"),
    "SqueezeNet": (zoo.squeezenet, "n 1 224 224", r"SqueezeNet.*: `x` has channels=1, but channels is 3"),
    "MobileNetV2": (zoo.mobilenet_v2, "n 1 224 224", r"MobileNetV2.*: `x` has channels=1, but channels is 3"),
    "DenseNet": (zoo.densenet121, "n 1 224 224", r"DenseNet.*: `x` has channels=1, but channels is 3"),
    "Darknet": (zoo.darknet19, "n 1 224 224", r"Darknet19.*: `x` has channels=1, but channels is 3"),
    "Tiny YOLO": (zoo.tiny_yolo, "n 1 416 416", r"TinyYolo.*: `x` has channels=1, but channels is 3"),
    "YOLO2": (zoo.yolo2, "n 1 608 608", r"Yolo2.*: `x` has channels=1, but channels is 3"),
    "Xception": (zoo.xception, "n 1 299 299", r"Xception.*: `x` has channels=1, but channels is 3"),
    "SimpleCNN": (zoo.simple_cnn, "n 3 48 48", r"SimpleCNN.*: `x` has channels=3, but channels is 1"),
    "U-Net": (zoo.unet, "n 3 572 572", r"UNet.*: `x` has channels=3, but channels is 1"),
}


@pytest.mark.parametrize("name", WRONG_PICTURES)
def test_a_picture_of_the_wrong_size_is_refused(name: str) -> None:
    make, picture, message = WRONG_PICTURES[name]
    with pytest.raises(tg.ShapeError, match=message):
        tg.eval_shape(make(), picture)


TOO_SMALL: dict[str, tuple[Callable[[], nn.Layer], str]] = {
    "UNet": (zoo.unet, "n 1 31 31"),
    "SqueezeNet": (zoo.squeezenet, "n 3 16 16"),
    "GoogLeNet": (zoo.googlenet, "n 3 4 4"),
    "Darknet19": (zoo.darknet19, "n 3 16 16"),
    "DenseNet": (zoo.densenet121, "n 3 16 16"),
    "Xception": (zoo.xception, "n 3 4 4"),
}


@pytest.mark.parametrize("name", TOO_SMALL)
def test_a_picture_of_which_nothing_is_left_is_refused(name: str) -> None:
    make, picture = TOO_SMALL[name]
    with pytest.raises(tg.ShapeError, match=r"the padded input: \d > \d") as caught:
        tg.eval_shape(make(), picture)
    (note,) = caught.value.__notes__
    assert note.startswith(f"in {name}(")
    assert note.endswith(f", which was given `x` of shape [{picture}]")


def test_a_text_that_is_too_long_is_refused() -> None:
    for make, most in ((zoo.gpt2_small, 1024), (zoo.bert_base, 512)):
        model = make()
        tg.eval_shape(model, tg.abstract(f"n {most}", "int64"))
        with pytest.raises(ValueError, match=rf"the text has time={most + 1} places, but context is {most}"):
            tg.eval_shape(model, tg.abstract(f"n {most + 1}", "int64"))


def test_a_word_outside_of_the_vocabulary_is_refused() -> None:
    model = tg.init(zoo.Gpt2(vocabulary=5, context=8, features=8, heads=2, depth=1), tg.random.key(0))
    with pytest.raises(IndexError):
        model(tg.asarray([[1, 5]]))


def test_masks_and_segments_of_another_shape_are_refused() -> None:
    model = zoo.Bert(vocabulary=5, context=8, features=8, heads=2, depth=1)
    words, wrong = tg.abstract("2 5", "int64"), tg.abstract("2 4", "int64")
    with pytest.raises(tg.ShapeError, match=r"Bert.*: `time` is 5 in `text` but 4 in `segments`"):
        tg.eval_shape(model, words, wrong)
    with pytest.raises(tg.ShapeError, match=r"Bert.*: `time` is 5 in `text` but 4 in `mask`"):
        tg.eval_shape(lambda text: model(text, mask=tg.abstract("2 4", "bool")), words)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: zoo.lenet(size=12), "LeNet: `size` must be at least 16"),
        (lambda: zoo.lenet(classes=0), "LeNet: `classes` must be a positive int, got 0"),
        (lambda: zoo.vgg16(size=31), "Vgg: `size` must be at least 32"),
        (lambda: zoo.alexnet(size=32), "AlexNet: nothing is left of pictures with `size`=32: .*3 > 2"),
        (lambda: zoo.AlexNet(width=95), "AlexNet: `width` must be a multiple of 6, got 95"),
        (lambda: zoo.SqueezeNet(width=6), "SqueezeNet: `width` must be a multiple of 4, got 6"),
        (lambda: zoo.MobileNetV2(width=6), "MobileNetV2: `width` must be a multiple of 4, got 6"),
        (lambda: zoo.vit_b16(size=220), "VisionTransformer: `patch`=16 does not divide `size`=220"),
        (lambda: zoo.UNet(depth=0), "UNet: `depth` must be a positive int, got 0"),
        (lambda: zoo.Gpt2(heads=5), "`heads`=5 does not divide `features`=768"),
    ],
)
def test_options_that_make_no_sense_are_refused(make: Callable[[], nn.Layer], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()

"""Updaters, schedules, solvers, metrics, checks of gradients, models."""

from __future__ import annotations

from tests.catalogue.row import Row

UPDATERS = (
    Row("gradient descent", "optim.sgd", caffe="SGD", torch="sgd", lasagne="sgd", keras="SGD", tf="GradientDescent", dl4j="Sgd",
        note="The gradient is that of the loss, a mean over the batch. DL4J's gradients are sums over it."),
    Row("momentum", "optim.momentum", caffe="SGD momentum", torch="sgd momentum", lasagne="momentum, apply_momentum", keras="SGD momentum",
        tf="Momentum",
        note="v is m*v + g, and the step lr*v. Torch damps g by 1 - m unless told otherwise; Caffe, Keras and Lasagne put lr into v."),
    Row("Nesterov's momentum", "optim.nesterov", caffe="Nesterov", torch="nag", lasagne="nesterov_momentum", keras="SGD nesterov",
        dl4j="Nesterovs"),
    Row("AdaGrad", "optim.adagrad", caffe="AdaGrad", torch="adagrad", lasagne="adagrad", keras="Adagrad", tf="Adagrad", dl4j="AdaGrad"),
    Row("RMSProp", "optim.rmsprop", caffe="RMSProp", torch="rmsprop", lasagne="rmsprop", keras="RMSprop", tf="RMSProp", dl4j="RmsProp",
        note="Epsilon stands outside of the root or inside of it: see the function."),
    Row("AdaDelta", "optim.adadelta", caffe="AdaDelta", torch="adadelta", lasagne="adadelta", keras="Adadelta", dl4j="AdaDelta",
        note="Keras' learning rate is 0.001, which makes it very slow."),
    Row("Adam", "optim.adam", caffe="Adam", torch="adam", lasagne="adam", keras="Adam", tf="Adam", dl4j="Adam",
        note="Epsilon is 1e-8; Keras has 1e-7. In Caffe beta1 is `momentum`, 0 if it is not set."),
    Row("AdamW", "optim.adamw", keras="AdamW"),
    Row("AMSGrad", "optim.amsgrad", lasagne="amsgrad", keras="Adam amsgrad", dl4j="AMSGrad"),
    Row("AdaMax", "optim.adamax", torch="adamax", lasagne="adamax", keras="Adamax", dl4j="AdaMax"),
    Row("Nadam", "optim.nadam", keras="Nadam", dl4j="Nadam"),
    Row("RProp", "optim.rprop", torch="rprop"),
    Row("averaged gradient descent", "optim.asgd", torch="asgd"),
    Row("FISTA", "optim.fista", torch="fista"),
    Row("Lion", "optim.lion", keras="Lion"),
    Row("Adafactor", "optim.adafactor", keras="Adafactor"),
    Row("Muon", "optim.muon", keras="Muon"),
    Row("no update", "stop_gradient", dl4j="NoOp", note="`optim.sgd(learning_rate=0.0)`, or a group with it."),
    Row("FTRL, LAMB, schedule-free", "", want="could", keras="Ftrl, Lamb, ScheduleFreeAdamW", tf="Ftrl", why="Not among the musts."),
    Row("loss scaling", "", want="should", keras="LossScale", why="Comes with half precision."),
    Row("evolution", "", want="could", torch="cmaes, de", why="Needs no gradients."),
    Row("settings by group", "optim.grouped", caffe="lr_mult, decay_mult", keras="MultiOptimizer", dl4j="biasUpdater"),
    Row("gradients accumulated", "optim.accumulate", caffe="iter_size", keras="gradient_accumulation_steps"),
    Row("averages of weights", "optim.ema optim.averaging", keras="use_ema"),
)  # fmt: skip

SCHEDULES = (
    Row("constant", "optim.constant", caffe="fixed", dl4j="FixedSchedule"),
    Row("steps", "optim.step_decay", caffe="step", keras="ExponentialDecay staircase", dl4j="StepSchedule"),
    Row("steps from a list", "optim.multi_step", caffe="multistep", keras="PiecewiseConstantDecay", dl4j="MapSchedule"),
    Row("exponential", "optim.exponential", caffe="exp", keras="ExponentialDecay", dl4j="ExponentialSchedule"),
    Row("inverse", "optim.inverse", caffe="inv", torch="learningRateDecay", keras="InverseTimeDecay", dl4j="InverseSchedule",
        note="b (1 + g i)^-p; Torch's is b / (1 + d i)."),
    Row("polynomial", "optim.polynomial", caffe="poly", keras="PolynomialDecay", dl4j="PolySchedule",
        note="b (1 - i/N)^p; DL4J computes 1 + i/N, by which the rate grows."),
    Row("sigmoid", "optim.sigmoid", caffe="sigmoid", dl4j="SigmoidSchedule"),
    Row("one cycle", "optim.one_cycle", dl4j="CycleSchedule"),
    Row("warm-up", "optim.linear_warmup", keras="CosineDecay warmup_steps", dl4j="RampSchedule"),
    Row("cosine", "optim.cosine optim.cosine_restarts", keras="CosineDecay, CosineDecayRestarts"),
    Row("when progress stops", "optim.on_plateau", keras="ReduceLROnPlateau"),
    Row("by epoch", "optim.by_epoch", dl4j="ScheduleType EPOCH"),
)  # fmt: skip

SOLVERS = (
    Row("line search", 'optim.minimize(method="gradient")', dl4j="LINE_GRADIENT_DESCENT, BackTrackLineSearch", torch="lswolfe, polyinterp"),
    Row("conjugate gradient", 'optim.minimize(method="cg-pr")', torch="cg", dl4j="CONJUGATE_GRADIENT"),
    Row("BFGS", 'optim.minimize(method="bfgs")', note="Named by the talk that these systems grew from."),
    Row("L-BFGS", 'optim.minimize(method="lbfgs")', torch="lbfgs", dl4j="LBFGS",
        note="Torch: 20 iterations, 100 corrections, lr 1, no line search unless asked for."),
    Row("gradient descent", "optim.sgd train.fit", dl4j="STOCHASTIC_GRADIENT_DESCENT", torch="StochasticGradient", tf="minimize"),
    Row("Hessian times vector", "hvp", theano="Rop, Lop, jacobian, hessian"),
)  # fmt: skip

METRICS = (
    Row("accuracy", "metrics.Classification", caffe="Accuracy", lasagne="categorical_accuracy, binary_accuracy",
        keras="Accuracy, CategoricalAccuracy, SparseCategoricalAccuracy", dl4j="Evaluation accuracy"),
    Row("binary accuracy, counts of true and false", "metrics.BinaryClassification",
        keras="BinaryAccuracy, TruePositives, TrueNegatives, FalsePositives, FalseNegatives", dl4j="EvaluationBinary"),
    Row("among the best k", "metrics.TopK", caffe="Accuracy top_k", keras="TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy",
        dl4j="Evaluation topN"),
    Row("confusion matrix", "metrics.Classification", torch="ConfusionMatrix", dl4j="ConfusionMatrix"),
    Row("precision, recall, F", "metrics.Classification", keras="Precision, Recall, F1Score, FBetaScore",
        dl4j="Evaluation precision, Evaluation recall, Evaluation f1, Evaluation gMeasure, Evaluation matthewsCorrelation"),
    Row("one at a given other", "metrics.Roc", keras="PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity, SpecificityAtSensitivity",
        torch="farFrr"),
    Row("overlap of classes", "metrics.IoU metrics.BinaryIoU", torch="averageUnionValid",
        keras="IoU, BinaryIoU, MeanIoU, OneHotIoU, OneHotMeanIoU"),
    Row("area under curves", "metrics.Roc metrics.RocBinary metrics.RocMulticlass", keras="AUC", dl4j="ROC, ROCBinary, ROCMultiClass"),
    Row("calibration", "metrics.Calibration", dl4j="EvaluationCalibration"),
    Row("regression", "metrics.Regression",
        keras="MeanSquaredError, RootMeanSquaredError, MeanAbsoluteError, MeanAbsolutePercentageError, "
        "MeanSquaredLogarithmicError, R2Score, PearsonCorrelation, ConcordanceCorrelation, LogCosh, CosineSimilarity",
        dl4j="RegressionEvaluation"),
    Row("losses as metrics", "metrics.Mean", keras="KLDivergence, Poisson, Hinge, SquaredHinge, CategoricalHinge, "
        "BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy, MeanMetricWrapper",
        note='`metrics.Mean` of what the loss gives with `reduction="none"`.'),
    Row("running mean and sum", "metrics.Mean metrics.Sum", keras="Mean, Sum"),
    Row("your own", "metrics.Metric", dl4j="CustomEvaluation"),
)  # fmt: skip

CHECKS = (
    Row("ours", "testing.check_gradients testing.check_op", tf="test.check_gradients", dl4j="OpValidation"),
    Row("Caffe's", 'testing.check_gradients(preset="caffe")', caffe="GradientChecker"),
    Row("Torch's Jacobian", 'testing.check_gradients(preset="torch")', torch="nn.Jacobian"),
    Row("Torch's optim", 'testing.check_gradients(preset="checkgrad")', torch="optim.checkgrad"),
    Row("Theano's", 'testing.check_gradients(preset="theano")', theano="verify_grad"),
    Row("DL4J's for networks", 'testing.check_gradients(preset="dl4j")', dl4j="GradientCheckUtil"),
    Row("DL4J's for graphs", 'testing.check_gradients(preset="samediff")', dl4j="GradCheckUtil"),
    Row("seeing a model", "summary", keras="summary, plot_model", caffe="summarize, draw_net", torch="__tostring__",
        theano="pydotprint", dl4j="summary, getMemoryReport"),
)  # fmt: skip

ZOO = (
    Row("LeNet", "zoo.lenet", caffe="lenet", dl4j="LeNet"),
    Row("AlexNet", "zoo.alexnet", caffe="bvlc_alexnet", dl4j="AlexNet"),
    Row("VGG", "zoo.vgg16 zoo.vgg19", keras="VGG16, VGG19", dl4j="VGG16, VGG19"),
    Row("GoogLeNet", "zoo.googlenet", caffe="bvlc_googlenet"),
    Row("ResNet", "zoo.resnet18 zoo.resnet34 zoo.resnet50", keras="ResNet50", dl4j="ResNet50"),
    Row("SqueezeNet", "zoo.squeezenet", dl4j="SqueezeNet"),
    Row("MobileNetV2", "zoo.mobilenet_v2", keras="MobileNetV2"),
    Row("DenseNet", "zoo.densenet121", keras="DenseNet121"),
    Row("U-Net", "zoo.unet", dl4j="UNet"),
    Row("a character LSTM", "zoo.text_generation_lstm", dl4j="TextGenerationLSTM"),
    Row("GPT-2", "zoo.gpt2_small"),
    Row("BERT", "zoo.bert_base"),
    Row("ViT", "zoo.vit_b16"),
    Row("Xception", "zoo.xception", want="should", keras="Xception", dl4j="Xception"),
    Row("Darknet-19", "zoo.darknet19", want="should", dl4j="Darknet19"),
    Row("SimpleCNN", "zoo.simple_cnn", want="should", dl4j="SimpleCNN"),
    Row("YOLO", "", want="could", dl4j="TinyYOLO, YOLO2", why="Its loss is not there yet."),
    Row("Inception-ResNet, FaceNet, NASNet", "", want="could", dl4j="InceptionResNetV1, FaceNetNN4Small2, NASNet",
        keras="InceptionResNetV2, NASNetLarge", why="Not among the musts."),
)  # fmt: skip

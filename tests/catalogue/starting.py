"""Initialisers."""

from __future__ import annotations

from tests.catalogue.row import Row

ROWS = (
    Row("zeros", "nn.zeros", keras="Zeros", dl4j="ZERO"),
    Row("ones", "nn.ones", keras="Ones", dl4j="ONES"),
    Row("constant", "nn.constant", caffe="constant", lasagne="Constant", keras="Constant", dl4j="ConstantDistribution"),
    Row("identity", "nn.identity nn.dirac", keras="Identity", dl4j="IDENTITY"),
    Row("normal", "nn.normal", caffe="gaussian", lasagne="Normal", keras="RandomNormal", dl4j="NormalDistribution, GaussianDistribution"),
    Row("truncated normal", "nn.truncated_normal", keras="TruncatedNormal", dl4j="TruncatedNormalDistribution"),
    Row("uniform", "nn.uniform", caffe="uniform", lasagne="Uniform", keras="RandomUniform", dl4j="UniformDistribution"),
    Row("uniform by the inputs", "nn.variance_scaling", torch="reset", dl4j="UNIFORM", want="should",
        note="U(±1/√in), Torch's default: a third of the variance of LeCun's."),
    Row("positive, with sum 1", "nn.positive_unitball", caffe="positive_unitball"),
    Row("sparse", "nn.sparse", caffe="gaussian sparse", lasagne="Sparse"),
    Row("orthogonal", "nn.orthogonal", lasagne="Orthogonal", keras="Orthogonal", dl4j="OrthogonalDistribution"),
    Row("bilinear", "nn.bilinear", caffe="bilinear"),
    Row("Xavier, normal", "nn.glorot_normal nn.xavier_normal", lasagne="GlorotNormal", keras="GlorotNormal", dl4j="XAVIER",
        note="Variance 2/(in + out). Keras draws from a truncated normal distribution."),
    Row("Xavier, uniform", "nn.glorot_uniform nn.xavier_uniform", lasagne="GlorotUniform", keras="GlorotUniform", dl4j="XAVIER_UNIFORM"),
    Row("Xavier of Caffe", "nn.variance_scaling", caffe="xavier", note="U(±√(3/in)): it sees the inputs alone."),
    Row("older and wider Xavier", "nn.variance_scaling", want="should", dl4j="XAVIER_LEGACY, SIGMOID_UNIFORM"),
    Row("He, normal", "nn.he_normal nn.kaiming_normal", caffe="msra", lasagne="HeNormal", keras="HeNormal", dl4j="RELU",
        note="Variance 2/in; Lasagne's is 1/in unless `gain=\"relu\"`."),
    Row("He, uniform", "nn.he_uniform nn.kaiming_uniform", lasagne="HeUniform", keras="HeUniform", dl4j="RELU_UNIFORM"),
    Row("LeCun, normal", "nn.lecun_normal", keras="LecunNormal", dl4j="LECUN_NORMAL, NORMAL, XAVIER_FAN_IN"),
    Row("LeCun, uniform", "nn.lecun_uniform", keras="LecunUniform", dl4j="LECUN_UNIFORM",
        note="U(±√(3/in)); DL4J codes 3/√in."),
    Row("scaled variance", "nn.variance_scaling", keras="VarianceScaling",
        dl4j="VAR_SCALING_NORMAL_FAN_IN, VAR_SCALING_NORMAL_FAN_OUT, VAR_SCALING_NORMAL_FAN_AVG, VAR_SCALING_UNIFORM_FAN_IN, "
        "VAR_SCALING_UNIFORM_FAN_OUT, VAR_SCALING_UNIFORM_FAN_AVG"),
    Row("by name", "nn.initializer", keras="get"),
    Row("any distribution", "nn.log_normal nn.binomial nn.Initializer", dl4j="DISTRIBUTION, LogNormalDistribution, BinomialDistribution",
        note="A function of a key, a shape, a dtype and the fans."),
    Row("Fourier", "", want="could", keras="STFT", why="Waits for a user."),
)  # fmt: skip

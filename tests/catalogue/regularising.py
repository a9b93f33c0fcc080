"""Normalisation, dropout, noise, regularisers and constraints."""

from __future__ import annotations

from tests.catalogue.row import Row

ROWS = (
    Row("batch normalisation", "nn.BatchNorm",
        caffe="BatchNorm", torch="BatchNormalization, SpatialBatchNormalization, VolumetricBatchNormalization",
        theano="batch_normalization_train, batch_normalization_test", lasagne="BatchNormLayer, batch_norm",
        keras="BatchNormalization", tf="BatchNormWithGlobalNormalization", dl4j="BatchNormalization",
        note="`momentum` is the weight of the new statistics (0.1), as in Torch; Keras' 0.99 and DL4J's 0.9 are that of the old. "
        "The running variance is unbiased, as in Torch and Caffe; Keras' is not. Caffe has no scale and shift, and stores "
        "sums that are to be divided by its third blob; Lasagne stores 1/deviation."),
    Row("layer normalisation", "nn.LayerNorm", torch="LayerNormalization", lasagne="layer_norm", keras="LayerNormalization"),
    Row("group normalisation", "nn.GroupNorm", keras="GroupNormalization"),
    Row("instance normalisation", "nn.InstanceNorm", lasagne="instance_norm, StandardizationLayer"),
    Row("root mean square normalisation", "nn.RMSNorm", keras="RMSNormalization"),
    Row("local response normalisation", "nn.LocalResponseNorm", caffe="LRN", torch="SpatialCrossMapLRN",
        lasagne="LocalResponseNormalization2DLayer", tf="LRN", dl4j="LocalResponseNormalization",
        note="`alpha` is divided by the size, as in Caffe and Torch; in the paper, TensorFlow, Lasagne and DL4J it is not."),
    Row("mean and variance of a channel", "nn.MeanVarianceNorm", caffe="MVN"),
    Row("subtractive and divisive", "", want="could",
        torch="SpatialSubtractiveNormalization, SpatialDivisiveNormalization, SpatialContrastiveNormalization",
        why="Of historical interest."),
    Row("spectral normalisation", "nn.SpectralNorm", keras="SpectralNormalization"),
    Row("weight normalisation", "nn.WeightNorm", torch="WeightNorm"),
    Row("dropout", "nn.Dropout", caffe="Dropout", torch="Dropout", lasagne="DropoutLayer", keras="Dropout", tf="dropout",
        dl4j="DropoutLayer, Dropout",
        note="`drop=` is what is left out, as in Caffe, Torch, Lasagne and Keras; `keep=` is what stays, as in DL4J and "
        "TensorFlow. Neither is ever a bare number."),
    Row("dropout of channels", "nn.SpatialDropout1d nn.SpatialDropout2d nn.SpatialDropout3d",
        torch="SpatialDropout, VolumetricDropout", lasagne="dropout_channels, spatial_dropout, dropout_locations",
        keras="SpatialDropout1D, SpatialDropout2D, SpatialDropout3D", dl4j="SpatialDropout"),
    Row("dropout for SELU", "nn.AlphaDropout", keras="AlphaDropout", dl4j="AlphaDropout"),
    Row("Gaussian dropout", "nn.GaussianDropout", keras="GaussianDropout", dl4j="GaussianDropout"),
    Row("Gaussian noise", "nn.GaussianNoise", torch="WhiteNoise", lasagne="GaussianNoiseLayer", keras="GaussianNoise",
        dl4j="GaussianNoise"),
    Row("weights dropped", "nn.DropConnect", dl4j="DropConnect"),
    Row("noise on weights", "nn.WeightNoise", dl4j="WeightNoise"),
    Row("L1 and L2", "optim.l1 optim.l2 optim.l1_l2", caffe="regularization_type L1, regularization_type L2",
        torch="weightDecay", lasagne="l1, l2, regularize_layer_params", keras="L1, L2, L1L2", dl4j="L1Regularization, L2Regularization",
        note="The gradient of l2 is lambda * w, as in Caffe, Torch and DL4J; Keras and Lasagne have 2 * lambda * w."),
    Row("orthogonality as a penalty", "optim.orthogonal_penalty", want="should", keras="OrthogonalRegularizer"),
    Row("weight decay", "optim.weight_decay optim.adamw", keras="AdamW", dl4j="WeightDecay", caffe="decay_mult",
        note="Decoupled: times the learning rate, after the update. Per parameter: `optim.grouped`."),
    Row("maximal norm", "optim.max_norm", lasagne="norm_constraint", keras="MaxNorm", dl4j="MaxNormConstraint"),
    Row("norm in a range", "optim.min_max_norm", keras="MinMaxNorm", dl4j="MinMaxNormConstraint"),
    Row("no negative weights", "optim.non_negative", keras="NonNeg", dl4j="NonNegativeConstraint"),
    Row("unit norm", "optim.unit_norm", keras="UnitNorm", dl4j="UnitNormConstraint"),
    Row("clipping by value", "optim.clip_value", keras="clipvalue", dl4j="ClipElementWiseAbsoluteValue"),
    Row("clipping on the way back", "nn.ClipGradient clip_gradient", theano="grad_clip", lasagne="grad_clipping"),
    Row("clipping by norm", "optim.clip_norm", keras="clipnorm", dl4j="ClipL2PerLayer, ClipL2PerParamType"),
    Row("clipping by the norm of all", "optim.clip_global_norm", caffe="clip_gradients", lasagne="total_norm_constraint",
        keras="global_clipnorm"),
    Row("gradients of norm one", "optim.renormalize", dl4j="RenormalizeL2PerLayer, RenormalizeL2PerParamType"),
)  # fmt: skip

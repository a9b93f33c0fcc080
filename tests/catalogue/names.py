"""Every name that users of the six systems may look for: layers, activations, losses, initialisers and the like.

The lists are those of the systems' own sources. Caffe's data layers and Keras' preprocessing layers are named in `LATER`.
"""

from __future__ import annotations

NAMES = {
    "caffe": """
        Input Parameter Python DummyData
        Convolution Deconvolution Pooling SPP Crop Im2col
        RNN LSTM LSTMUnit InnerProduct Embed Dropout
        LRN MVN BatchNorm
        ReLU PReLU ELU Sigmoid TanH AbsVal Power Exp Log BNLL Threshold Clip Swish Bias Scale
        Flatten Reshape BatchReindex Split Concat Slice Eltwise Filter Reduction Silence ArgMax Softmax Tile
        MultinomialLogisticLoss InfogainLoss SoftmaxWithLoss EuclideanLoss HingeLoss SigmoidCrossEntropyLoss
        ContrastiveLoss Accuracy
        constant gaussian positive_unitball uniform xavier msra bilinear
        SGD Nesterov AdaGrad RMSProp AdaDelta Adam iter_size clip_gradients lr_mult decay_mult
        fixed step multistep exp inv poly sigmoid regularization_type GradientChecker
    """,
    "torch": """
        Sequential Parallel Concat DepthConcat Bottle Decorator WeightNorm DontCast NaN Profile
        ConcatTable ParallelTable MapTable SplitTable JoinTable SelectTable NarrowTable FlattenTable MixtureTable ZipTable
        ZipTableOneToMany CriterionTable CAddTable CSubTable CMulTable CDivTable CMaxTable CMinTable CAddTensorTable
        PairwiseDistance DotProduct CosineDistance MM MV Index MaskedSelect
        Linear LinearWeightNorm SparseLinear IndexLinear PartialLinear Bilinear Add CAdd AddConstant Mul CMul MulConstant
        Max Min Mean Sum Euclidean WeightedEuclidean Cosine Identity Copy Convert Narrow Replicate Reshape View Contiguous
        Select Squeeze Unsqueeze Transpose Collapse Padding Exp Log Square Sqrt Power Abs Clamp Normalize OneHot Constant
        Dropout SpatialDropout VolumetricDropout WhiteNoise BatchNormalization LayerNormalization LookupTable L1Penalty
        GradientReversal ZeroGrad PrintSize GPU Kmeans
        TemporalConvolution TemporalRowConvolution TemporalSubSampling TemporalMaxPooling TemporalDynamicKMaxPooling
        SpatialConvolution SpatialConvolutionMM SpatialConvolutionLocal SpatialConvolutionMap SpatialDepthWiseConvolution
        SpatialDilatedConvolution SpatialFullConvolution SpatialFullConvolutionMap SpatialMaxPooling
        SpatialDilatedMaxPooling SpatialFractionalMaxPooling SpatialAveragePooling SpatialAdaptiveMaxPooling
        SpatialAdaptiveAveragePooling SpatialLPPooling FeatureLPPooling SpatialSubSampling SpatialMaxUnpooling
        SpatialUpSamplingNearest SpatialUpSamplingBilinear SpatialZeroPadding SpatialReflectionPadding
        SpatialReplicationPadding SpatialBatchNormalization SpatialCrossMapLRN SpatialSubtractiveNormalization
        SpatialDivisiveNormalization SpatialContrastiveNormalization PixelShuffle UpSampling
        VolumetricConvolution VolumetricFullConvolution VolumetricDilatedConvolution VolumetricMaxPooling
        VolumetricAveragePooling VolumetricDilatedMaxPooling VolumetricFractionalMaxPooling VolumetricMaxUnpooling
        VolumetricBatchNormalization VolumetricReplicationPadding
        HardTanh HardShrink SoftShrink SoftMax SoftMin SoftPlus SoftSign LogSigmoid LogSoftMax Sigmoid Tanh TanhShrink ReLU
        ReLU6 PReLU RReLU CReLU LeakyReLU ELU GatedLinearUnit Threshold Maxout SpatialSoftMax SpatialLogSoftMax
        AbsCriterion BCECriterion ClassNLLCriterion ClassSimplexCriterion CosineEmbeddingCriterion CrossEntropyCriterion
        DistKLDivCriterion DistanceRatioCriterion HingeEmbeddingCriterion L1Cost L1HingeEmbeddingCriterion MarginCriterion
        MarginRankingCriterion MSECriterion WeightedMSECriterion MultiCriterion MultiLabelMarginCriterion
        MultiLabelSoftMarginCriterion MultiMarginCriterion ParallelCriterion SmoothL1Criterion SoftMarginCriterion
        SpatialAutoCropMSECriterion SpatialClassNLLCriterion ModuleCriterion
        sgd asgd nag adadelta adagrad adam adamax rmsprop rprop fista lbfgs cg lswolfe polyinterp cmaes de
        ConfusionMatrix averageUnionValid farFrr nn.Jacobian optim.checkgrad
    """,
    "theano": """
        softmax logsoftmax h_softmax conv2d conv3d conv2d_transpose separable_conv2d local_conv2d bilinear_upsampling
        images2neibs batch_normalization_train batch_normalization_test ctc sparse_block_dot pool_2d sort topk fft cholesky
        svd eig solve expm det scan ifelse
        sigmoid ultra_fast_sigmoid hard_sigmoid softplus softsign relu elu selu
        binary_crossentropy sigmoid_binary_crossentropy categorical_crossentropy verify_grad
    """,
    "lasagne": """
        InputLayer DenseLayer NINLayer Conv1DLayer Conv2DLayer Conv3DLayer TransposedConv2DLayer TransposedConv3DLayer
        DilatedConv2DLayer LocallyConnected2DLayer Pool1DLayer Pool2DLayer Pool3DLayer MaxPool1DLayer MaxPool2DLayer
        MaxPool3DLayer Upscale1DLayer Upscale2DLayer Upscale3DLayer FeaturePoolLayer FeatureWTALayer GlobalPoolLayer
        SpatialPyramidPoolingLayer RecurrentLayer CustomRecurrentLayer LSTMLayer GRULayer Gate DropoutLayer
        dropout_channels spatial_dropout dropout_locations GaussianNoiseLayer LocalResponseNormalization2DLayer
        BatchNormLayer batch_norm StandardizationLayer instance_norm layer_norm EmbeddingLayer ConcatLayer
        ElemwiseMergeLayer ElemwiseSumLayer autocrop FlattenLayer ReshapeLayer DimshuffleLayer PadLayer SliceLayer
        NonlinearityLayer BiasLayer ScaleLayer ExpressionLayer InverseLayer TransformerLayer TPSTransformerLayer
        ParametricRectifierLayer RandomizedRectifierLayer
        sigmoid softmax tanh ScaledTanH rectify LeakyRectify leaky_rectify very_leaky_rectify elu SELU softplus linear
        identity
        binary_crossentropy sigmoid_binary_crossentropy categorical_crossentropy squared_error binary_hinge_loss
        multiclass_hinge_loss huber_loss aggregate
        Constant Normal Uniform GlorotNormal GlorotUniform HeNormal HeUniform Orthogonal Sparse
        sgd momentum nesterov_momentum adagrad rmsprop adadelta adam adamax amsgrad norm_constraint total_norm_constraint
        apply_momentum l1 l2 grad_clipping categorical_accuracy
    """,
    "keras": """
        Dense EinsumDense Embedding Input Lambda Masking Identity Wrapper
        Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose SeparableConv1D SeparableConv2D
        DepthwiseConv1D DepthwiseConv2D
        MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D GlobalMaxPooling1D
        GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
        AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D AdaptiveAveragePooling1D AdaptiveAveragePooling2D
        AdaptiveAveragePooling3D
        SimpleRNN LSTM GRU SimpleRNNCell LSTMCell GRUCell RNN StackedRNNCells Bidirectional TimeDistributed ConvLSTM1D
        ConvLSTM2D ConvLSTM3D
        Attention AdditiveAttention MultiHeadAttention GroupedQueryAttention
        BatchNormalization LayerNormalization GroupNormalization RMSNormalization UnitNormalization SpectralNormalization
        Dropout AlphaDropout GaussianDropout GaussianNoise SpatialDropout1D SpatialDropout2D SpatialDropout3D
        ActivityRegularization
        Flatten Reshape Permute RepeatVector Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D
        ZeroPadding1D ZeroPadding2D ZeroPadding3D
        Add Subtract Multiply Average Maximum Minimum Concatenate Dot
        Activation ReLU LeakyReLU PReLU ELU Softmax
        relu leaky_relu relu6 softmax celu elu selu softplus softsign squareplus soft_shrink sparse_plus silu swish gelu glu
        tanh tanh_shrink threshold sigmoid sparse_sigmoid exponential hard_sigmoid hard_silu hard_swish hard_tanh
        hard_shrink linear mish log_softmax log_sigmoid sparsemax
        BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy
        SparseCategoricalCrossentropy MeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError
        MeanSquaredLogarithmicError Huber LogCosh CosineSimilarity KLDivergence Poisson Hinge SquaredHinge
        CategoricalHinge Dice Tversky Circle CTC label_smoothing reduction
        Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling GlorotNormal GlorotUniform HeNormal
        HeUniform LecunNormal LecunUniform Orthogonal STFT
        SGD RMSprop Adam AdamW Adadelta Adagrad Adamax Adafactor Nadam Ftrl Lion Lamb Muon ScheduleFreeAdamW LossScale
        MultiOptimizer clipnorm clipvalue global_clipnorm use_ema gradient_accumulation_steps
        ExponentialDecay PiecewiseConstantDecay InverseTimeDecay PolynomialDecay CosineDecay CosineDecayRestarts
        ReduceLROnPlateau L1 L2 L1L2 OrthogonalRegularizer MaxNorm MinMaxNorm NonNeg UnitNorm
        Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy TopKCategoricalAccuracy
        SparseTopKCategoricalAccuracy AUC Precision Recall PrecisionAtRecall RecallAtPrecision SensitivityAtSpecificity
        SpecificityAtSensitivity TruePositives TrueNegatives FalsePositives FalseNegatives F1Score FBetaScore IoU BinaryIoU
        MeanIoU OneHotIoU OneHotMeanIoU RootMeanSquaredError R2Score PearsonCorrelation ConcordanceCorrelation Mean Sum
        MeanMetricWrapper
    """,
    "tf": """
        Concat Slice Split Const Rank Shape RandomShuffle MatMul MatrixInverse MatrixDeterminant Variable Softmax Sigmoid
        Relu Conv2D MaxPool Merge Switch Enter Leave NextIteration LSTMCell sampled_softmax
        GradientDescent Momentum Adagrad Adam Ftrl RMSProp
    """,
    "dl4j": """
        DenseLayer EmbeddingLayer EmbeddingSequenceLayer ElementWiseMultiplicationLayer PReLULayer ActivationLayer
        DropoutLayer AutoEncoder VariationalAutoencoder RepeatVector
        ConvolutionLayer Convolution1DLayer Convolution3D Deconvolution2D Deconvolution3D DepthwiseConvolution2D
        SeparableConvolution2D LocallyConnected1D LocallyConnected2D SpaceToBatchLayer SpaceToDepthLayer
        SubsamplingLayer Subsampling1DLayer Subsampling3DLayer GlobalPoolingLayer Upsampling1D Upsampling2D Upsampling3D
        ZeroPadding1DLayer ZeroPaddingLayer ZeroPadding3DLayer Cropping1D Cropping2D Cropping3D
        BatchNormalization LocalResponseNormalization
        LSTM GravesLSTM GravesBidirectionalLSTM SimpleRnn Bidirectional LastTimeStep TimeDistributed MaskLayer MaskZeroLayer
        RecurrentAttentionLayer SelfAttentionLayer LearnedSelfAttentionLayer PrimaryCapsules CapsuleLayer
        CapsuleStrengthLayer
        OutputLayer LossLayer CenterLossOutputLayer RnnOutputLayer RnnLossLayer CnnLossLayer Cnn3DLossLayer Yolo2OutputLayer
        OCNNOutputLayer FrozenLayer FrozenLayerWithBackprop SameDiffLayer SameDiffLambdaLayer SameDiffOutputLayer
        MergeVertex ElementWiseVertex SubsetVertex StackVertex UnstackVertex ScaleVertex ShiftVertex ReshapeVertex L2Vertex
        L2NormalizeVertex PoolHelperVertex PreprocessorVertex AttentionVertex FrozenVertex LayerVertex LastTimeStepVertex
        DuplicateToTimeSeriesVertex ReverseTimeSeriesVertex SameDiffVertex SameDiffLambdaVertex
        CnnToFeedForwardPreProcessor CnnToRnnPreProcessor FeedForwardToCnnPreProcessor FeedForwardToRnnPreProcessor
        RnnToFeedForwardPreProcessor RnnToCnnPreProcessor Cnn3DToFeedForwardPreProcessor FeedForwardToCnn3DPreProcessor
        ComposableInputPreProcessor
        CUBE ELU GELU HARDSIGMOID HARDTANH IDENTITY LEAKYRELU MISH RATIONALTANH RECTIFIEDTANH RELU RELU6 RRELU SELU SIGMOID
        SOFTMAX SOFTPLUS SOFTSIGN SWISH TANH THRESHOLDEDRELU
        MCXENT SPARSE_MCXENT NEGATIVELOGLIKELIHOOD XENT MSE L2 MEAN_ABSOLUTE_ERROR L1 MEAN_ABSOLUTE_PERCENTAGE_ERROR
        MEAN_SQUARED_LOGARITHMIC_ERROR KL_DIVERGENCE RECONSTRUCTION_CROSSENTROPY COSINE_PROXIMITY HINGE SQUARED_HINGE
        POISSON WASSERSTEIN SQUARED_LOSS LossFMeasure LossMixtureDensity LossMultiLabel SameDiffLoss
        DISTRIBUTION ZERO ONES NORMAL LECUN_NORMAL XAVIER_FAN_IN LECUN_UNIFORM UNIFORM XAVIER XAVIER_UNIFORM XAVIER_LEGACY
        SIGMOID_UNIFORM RELU_UNIFORM VAR_SCALING_NORMAL_FAN_IN VAR_SCALING_NORMAL_FAN_OUT VAR_SCALING_NORMAL_FAN_AVG
        VAR_SCALING_UNIFORM_FAN_IN VAR_SCALING_UNIFORM_FAN_OUT VAR_SCALING_UNIFORM_FAN_AVG NormalDistribution
        GaussianDistribution TruncatedNormalDistribution UniformDistribution LogNormalDistribution BinomialDistribution
        ConstantDistribution OrthogonalDistribution
        Sgd Nesterovs AdaGrad RmsProp AdaDelta Adam AMSGrad AdaMax Nadam NoOp biasUpdater
        STOCHASTIC_GRADIENT_DESCENT LINE_GRADIENT_DESCENT CONJUGATE_GRADIENT LBFGS BackTrackLineSearch
        FixedSchedule StepSchedule MapSchedule ExponentialSchedule InverseSchedule PolySchedule SigmoidSchedule
        CycleSchedule RampSchedule
        L1Regularization L2Regularization WeightDecay Dropout AlphaDropout GaussianDropout GaussianNoise SpatialDropout
        DropConnect WeightNoise MaxNormConstraint MinMaxNormConstraint NonNegativeConstraint UnitNormConstraint
        RenormalizeL2PerLayer RenormalizeL2PerParamType ClipElementWiseAbsoluteValue ClipL2PerLayer ClipL2PerParamType
        Evaluation EvaluationBinary RegressionEvaluation ROC ROCBinary ROCMultiClass EvaluationCalibration CustomEvaluation
        GradientCheckUtil GradCheckUtil OpValidation
        LeNet AlexNet VGG16 VGG19 ResNet50 SqueezeNet Xception InceptionResNetV1 Darknet19 TinyYOLO YOLO2 UNet NASNet
        FaceNetNN4Small2 SimpleCNN TextGenerationLSTM
    """,
}

# Not layers of a model but ways in and out for data; where they will be.
LATER = {
    "caffe": "Data HDF5Data HDF5Output ImageData MemoryData WindowData",
    "keras": """
        Rescaling Resizing CenterCrop RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness
        RandomCrop CutMix MixUp RandAugment Normalization Discretization CategoryEncoding Hashing HashedCrossing
        StringLookup IntegerLookup TextVectorization
    """,
}

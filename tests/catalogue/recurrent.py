"""Recurrent layers, sequences, attention and control flow."""

from __future__ import annotations

from tests.catalogue.row import Row

ROWS = (
    Row("simple recurrent layer", "nn.Rnn nn.RnnCell", caffe="RNN", lasagne="RecurrentLayer", keras="SimpleRNN", dl4j="SimpleRnn",
        note="Sequences are `batch time features`; in DL4J `batch features time`."),
    Row("LSTM", "nn.Lstm nn.LstmCell", caffe="LSTM, LSTMUnit", keras="LSTM", dl4j="LSTM", tf="LSTMCell",
        note="The gates stand as in PyTorch: input, forget, candidate, output. Keras: i, f, c, o; Caffe: i, f, o, g; DL4J: c, f, o, "
        "i; ONNX: i, o, f, c. The bias of the forget gate starts at 1, as in Keras and DL4J."),
    Row("LSTM with peepholes", "nn.Lstm(peepholes=True)", lasagne="LSTMLayer", dl4j="GravesLSTM"),
    Row("GRU", 'nn.Gru nn.GruCell nn.Gru(reset="before")', lasagne="GRULayer", keras="GRU"),
    Row("layers on layers", "nn.Stacked nn.StackedCells", keras="StackedRNNCells"),
    Row("any recurrence", "scan", theano="scan", lasagne="CustomRecurrentLayer", keras="RNN", tf="While, Enter, Leave, NextIteration"),
    Row("condition", "cond", theano="ifelse", tf="Switch, Merge", dl4j="ifCond"),
    Row("loop", "while_loop", tf="While", dl4j="whileLoop"),
    Row("both directions", 'nn.Bidirectional nn.Bidirectional(merge="add") nn.Bidirectional(merge="multiply") nn.Bidirectional(merge="average")', keras="Bidirectional", dl4j="Bidirectional, GravesBidirectionalLSTM"),
    Row("a layer at each step", "nn.TimeDistributed", keras="TimeDistributed", dl4j="TimeDistributed"),
    Row("the last step", "nn.LastStep", dl4j="LastTimeStep, LastTimeStepVertex"),
    Row("masks", "length_mask nn.MaskValue", keras="Masking", dl4j="MaskLayer, MaskZeroLayer",
        note="Recurrent layers, attention and losses take `mask=`, and recurrent layers `lengths=`."),
    Row("reversed sequence", "reverse_time nn.ReverseTime nn.Lstm(reverse=True)", dl4j="ReverseTimeSeriesVertex"),
    Row("repeated along time", "nn.RepeatTime", dl4j="DuplicateToTimeSeriesVertex"),
    Row("truncated back-propagation", "nn.truncated stop_gradient", theano="truncate_gradient", dl4j="tBPTTLength"),
    Row("steps with a kept state", "nn.LstmCell nn.GruCell nn.RnnCell", keras="LSTMCell, GRUCell, SimpleRNNCell", dl4j="rnnTimeStep"),
    Row("convolutional LSTM", "nn.ConvLstm2d", want="could", keras="ConvLSTM1D, ConvLSTM2D, ConvLSTM3D",
        note="Of signals and volumes: `scan` over `conv1d` or `conv3d`."),
    Row("recurrent attention", "", want="could", dl4j="RecurrentAttentionLayer", why="`scan` over attention is one."),
    Row("dot-product attention", "scaled_dot_product_attention", keras="Attention", dl4j="AttentionVertex"),
    Row("additive attention", "nn.AdditiveAttention", want="should", keras="AdditiveAttention"),
    Row("multi-head attention", "nn.MultiHeadAttention", keras="MultiHeadAttention", dl4j="SelfAttentionLayer"),
    Row("grouped queries", "nn.MultiHeadAttention(kv_heads=2)", keras="GroupedQueryAttention"),
    Row("learnt queries", "nn.LearnedQueries", want="should", dl4j="LearnedSelfAttentionLayer"),
    Row("causal attention", "nn.MultiHeadAttention(causal=True) causal_mask", keras="use_causal_mask"),
    Row("transformer blocks", "nn.TransformerEncoderBlock nn.TransformerDecoderBlock nn.FeedForward"),
    Row("positions", "nn.SinusoidalPositions nn.LearnedPositions nn.RotaryPositions sinusoidal_positions rotary"),
)  # fmt: skip

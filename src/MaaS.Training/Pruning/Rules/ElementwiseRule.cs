using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Operators that work element by element, on one tensor or on several that broadcast.</summary>
internal sealed class ElementwiseRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } =
    [
        // one tensor
        "abs", "alias", "bernoulli", "ceil", "celu", "clamp", "clamp_max", "clamp_min", "clip", "clone", "contiguous",
        "cos", "detach", "dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout", "elu", "erf", "exp",
        "expm1", "floor", "frac", "gelu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log",
        "log1p", "log2", "log_sigmoid", "logical_not", "mish", "neg", "reciprocal", "relu", "relu6", "round", "rrelu",
        "rsqrt", "selu", "sigmoid", "sign", "silu", "sin", "softplus", "softshrink", "sqrt", "square", "tanh",
        "tanhshrink", "threshold", "trunc", "zeros_like", "ones_like", "full_like", "rand_like", "randn_like",
        "empty_like", "nan_to_num", "isnan", "isinf", "fill", "zero",
        "fake_quantize_per_tensor_affine",
        // several
        "add", "sub", "rsub", "mul", "div", "true_divide", "pow", "fmod", "remainder", "maximum", "minimum", "where",
        "masked_fill", "addcmul", "addcdiv", "lerp", "eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or",
        "logical_xor", "bitwise_and", "bitwise_or", "copy", "atan2",
    ];

    public void Apply(ChannelCall call)
    {
        var operands = call.AllTensors();
        var axes = Broadcasting.Join(call, call.OutputShape, operands, "combines them with a tensor of fixed size");
        call.Return(axes, operands.All(static o => o.IsParameter || o.Rank == 0));
    }
}

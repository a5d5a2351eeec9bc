using TorchSharp;
using static MaaS.Training.Tests.Export.OperatorCase;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Training.Tests.Export;

/// <summary>Activations, arithmetic, comparison, logic, casts.</summary>
public static class PointwiseCases
{
    private static readonly long[] Shape = [3, 4, 5];

    public static IEnumerable<OperatorCase> All =>
    [
        Of("relu", Shape, x => F.relu(x)), Of("relu6", Shape, x => F.relu6(x * 5)), Of("sigmoid", Shape, x => x.sigmoid()),
        Of("tanh", Shape, x => x.tanh()), Of("logsigmoid", Shape, x => F.logsigmoid(x)), Of("silu", Shape, x => F.silu(x)),
        Of("mish", Shape, x => F.mish(x)), Of("gelu", Shape, x => F.gelu(x)), Of("elu", Shape, x => F.elu(x, 0.7)),
        Of("selu", Shape, x => F.selu(x)), Of("celu", Shape, x => F.celu(x, 0.6)), Of("leaky_relu", Shape, x => F.leaky_relu(x, 0.2)),
        Of("prelu", Shape, x => F.prelu(x, torch.tensor(new[] { 0.1f, 0.2f, 0.3f, 0.4f }))), Of("hardtanh", Shape, x => F.hardtanh(x, -0.5, 0.7)),
        Of("hardsigmoid", Shape, x => F.hardsigmoid(x * 4)), Of("hardswish", Shape, x => F.hardswish(x * 4)),
        Of("hardshrink", Shape, x => F.hardshrink(x, 0.4)), Of("softshrink", Shape, x => F.softshrink(x, 0.4)),
        Of("tanhshrink", Shape, x => F.tanhshrink(x)), Of("softplus", Shape, x => F.softplus(x, 2, 20)),
        Of("softplus_threshold", Shape, x => F.softplus(x, 1, 0.5)), Of("softsign", Shape, x => F.softsign(x)),
        Of("threshold", Shape, x => F.threshold(x, 0.1, -3)), Of("glu", [3, 6], x => F.glu(x)), Of("softmax", Shape, x => F.softmax(x, -1)),
        Of("softmax_axis", Shape, x => F.softmax(x, 1)), Of("log_softmax", Shape, x => F.log_softmax(x, 1)), Of("softmin", Shape, x => F.softmin(x, 1)),

        Of("add_scalar", Shape, x => x + 2.5), Of("add_broadcast", Shape, x => x + ones(5)), Of("add_int_to_float", Shape, x => x + arange(5)),
        Of("sub", Shape, x => x - 1), Of("rsub", Shape, x => 1 - x), Of("mul", Shape, x => x * x), Of("div", Shape, x => x / 3),
        Of("div_by_size", Shape, x => x / x.shape[0]), Of("div_floor", Shape, x => x.div(0.3, RoundingMode.floor)),
        Of("div_trunc", Shape, x => x.div(0.3, RoundingMode.trunc)), Of("floor_divide", Shape, x => x.floor_divide(0.3)),
        Of("remainder", Shape, x => x.remainder(0.7)), Of("fmod", Shape, x => x.fmod(0.7)), Of("pow2", Shape, x => x.pow(2)),
        Of("pow3", Shape, x => x.pow(3)), Of("pow_tensor", Shape, x => x.abs().pow(x)), Of("maximum", Shape, x => maximum(x, x.neg())),
        Of("minimum", Shape, x => minimum(x, x.neg())), Of("addcmul", Shape, x => x.addcmul(x, x, 0.5)),
        Of("addcdiv", Shape, x => x.addcdiv(x, x.abs() + 1, 0.5)), Of("lerp", Shape, x => x.lerp(x.neg(), x.sigmoid())), Of("atan2", Shape, x => x.atan2(x + 1)),
        Of("hypot", Shape, x => x.hypot(x + 1)), Of("deg2rad", Shape, x => x.deg2rad()), Of("rad2deg", Shape, x => x.rad2deg()),
        OfInts("int_floor_divide", 9, Shape, x => (x - 4).floor_divide(2)), OfInts("int_remainder", 9, Shape, x => (x - 4).remainder(3)),
        OfInts("int_true_divide", 9, Shape, x => x / 4), OfInts("int_add_float", 9, Shape, x => x + 0.5), OfInts("int_mul", 9, Shape, x => x * 3 - 1),

        Of("neg", Shape, x => x.neg()), Of("abs", Shape, x => x.abs()), Of("sign", Shape, x => x.sign()), Of("ceil", Shape, x => x.ceil()),
        Of("floor", Shape, x => x.floor()), Of("round", Shape, x => (x * 3).round()), Of("round_decimals", Shape, x => x.round(2)),
        Of("trunc", Shape, x => (x * 3).trunc()), Of("frac", Shape, x => (x * 3).frac()), Of("sqrt", Shape, x => x.abs().sqrt()),
        Of("rsqrt", Shape, x => (x.abs() + 1).rsqrt()), Of("square", Shape, x => x.square()), Of("reciprocal", Shape, x => (x.abs() + 1).reciprocal()),
        Of("exp", Shape, x => x.exp()), Of("exp2", Shape, x => x.exp2()), Of("expm1", Shape, x => x.expm1()), Of("log", Shape, x => (x.abs() + 0.1).log()),
        Of("log2", Shape, x => (x.abs() + 0.1).log2()), Of("log10", Shape, x => (x.abs() + 0.1).log10()), Of("log1p", Shape, x => x.abs().log1p()),
        Of("logit", Shape, x => x.sigmoid().logit(1e-3)), Of("erf", Shape, x => x.erf()), Of("erfc", Shape, x => x.erfc()),
        Of("erfinv", [3, 50], x => x.clamp(-1.5, 1.5).mul(0.666).erfinv()), Of("erfinv_tails", [2], x => (x.sign() * (1 - 1e-6)).erfinv()),
        Of("erfinv_ends", Shape, x => x.sign().erfinv()),
        Of("sin", Shape, x => x.sin()), Of("cos", Shape, x => x.cos()), Of("tan", Shape, x => (x * 0.3).tan()), Of("asin", Shape, x => x.tanh().asin()),
        Of("acos", Shape, x => x.tanh().acos()), Of("atan", Shape, x => x.atan()), Of("sinh", Shape, x => x.sinh()), Of("cosh", Shape, x => x.cosh()),
        Of("asinh", Shape, x => x.asinh()), Of("acosh", Shape, x => (x.abs() + 1).acosh()), Of("atanh", Shape, x => (x.tanh() * 0.9).atanh()),
        Of("clamp", Shape, x => x.clamp(-0.5, 0.5)), Of("clamp_min", Shape, x => x.clamp_min(0.1)), Of("clamp_max", Shape, x => x.clamp_max(0.1)),
        Of("nan_to_num", Shape, x => (x - 0.5).log().nan_to_num(1, 2, -2)),

        Of("eq", Shape, x => x.sign().eq(1)), Of("ne", Shape, x => x.sign().ne(1)), Of("lt", Shape, x => x.lt(0.2)), Of("le", Shape, x => x.le(0)),
        Of("gt", Shape, x => x.gt(x.neg())), Of("ge", Shape, x => x.ge(0)), OfInts("int_gt_float", 9, Shape, x => x.gt(3.5)),
        Of("bool_eq", Shape, x => x.gt(0).eq(x.lt(1))), Of("logical_and", Shape, x => x.gt(0).logical_and(x.lt(1))),
        Of("logical_or", Shape, x => x.gt(1).logical_or(x.lt(-1))), Of("logical_xor", Shape, x => x.gt(0).logical_xor(x.lt(1))),
        Of("logical_not", Shape, x => x.gt(0).logical_not()), Of("bitwise_and", Shape, x => x.gt(0).bitwise_and(x.lt(1))),
        Of("bitwise_not", Shape, x => x.gt(0).bitwise_not()), OfInts("left_shift", 9, Shape, x => (x - 4).bitwise_left_shift(torch.tensor(3L))),
        OfInts("right_shift", 90, Shape, x => (x - 45).bitwise_right_shift(torch.tensor(2L))),
        OfInts("right_shift_int32", 90, Shape, x => (x - 45).to(ScalarType.Int32).bitwise_right_shift(torch.tensor(3))),
        OfInts("int_bitwise_not", 9, Shape, x => x.bitwise_not()),
        Of("isnan", Shape, x => (x - 0.5).log().isnan()), Of("isinf", Shape, x => (x * 1e38).mul(1e30).isinf()), Of("isfinite", Shape, x => x.log().isfinite()),
        Of("isposinf", Shape, x => (x * 1e38).mul(1e30).isposinf()), Of("isneginf", Shape, x => (x * 1e38).mul(1e30).isneginf()),
        Of("isposinf_double", Shape, x => (x.to(ScalarType.Float64) * 1e300).mul(1e30).isposinf()),
        Of("isneginf_double_beyond_float", Shape, x => (x.to(ScalarType.Float64) * 1e100).isneginf()),
        Of("isposinf_half", Shape, x => (x * 1e6).to(ScalarType.Float16).isposinf()), OfInts("int_isneginf", 9, Shape, x => (x - 4).isneginf()),
        Of("where", Shape, x => where(x.gt(0), x, x * 0.1)), Of("masked_fill", Shape, x => x.masked_fill(x.gt(0), -1)),
        Of("masked_fill_infinity", Shape, x => F.softmax(x.masked_fill(x.gt(1), double.NegativeInfinity), -1)),
        Of("isclose", Shape, x => x.isclose(x + 1e-6)),

        Of("to_int", Shape, x => (x * 5).to(ScalarType.Int64)), Of("to_bool", Shape, x => F.relu(x).to(ScalarType.Bool)),
        Of("to_double", Shape, x => x.to(ScalarType.Float64) * 2), Of("bool_to_float", Shape, x => x.gt(0).to(ScalarType.Float32)),
        Of("to_half_and_back", Shape, x => x.to(ScalarType.Float16).to(ScalarType.Float32)), Of("type_as", Shape, x => x.gt(0).type_as(x)),
        OfInts("embedding_like", 5, [3, 4], x => x.to(ScalarType.Float32).mean()),
        Of("dropout_in_evaluation", Shape, x => F.dropout(x, 0.5, training: false)),
    ];
}

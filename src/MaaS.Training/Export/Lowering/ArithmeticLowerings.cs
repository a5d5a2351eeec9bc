using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Element-wise arithmetic, comparison, logic and casts.</summary>
internal static class ArithmeticLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::add"] = AddScaled("Add"),
        ["aten::sub"] = AddScaled("Sub"),
        ["aten::subtract"] = AddScaled("Sub"),
        ["aten::rsub"] = ReverseSub,
        ["aten::mul"] = Binary("Mul"),
        ["aten::multiply"] = Binary("Mul"),
        ["aten::div"] = Divide,
        ["aten::divide"] = Divide,
        ["aten::true_divide"] = Binary("Div"),
        ["aten::floor_divide"] = call => call.Return(FloorDivide(call)),
        ["aten::remainder"] = Remainder,
        ["aten::fmod"] = call => call.Return(call.Node("Mod", Operands(call, call.OutputType()), ("fmod", 1))),
        ["aten::pow"] = Pow,
        ["aten::maximum"] = Binary("Max"),
        ["aten::minimum"] = Binary("Min"),
        ["aten::addcmul"] = call => call.Return(AddC(call, "Mul")),
        ["aten::addcdiv"] = call => call.Return(AddC(call, "Div")),
        ["aten::lerp"] = Lerp,
        ["aten::atan2"] = Atan2,
        ["aten::hypot"] = Hypot,
        ["aten::copysign"] = CopySign,
        ["aten::deg2rad"] = Times(Math.PI / 180),
        ["aten::rad2deg"] = Times(180 / Math.PI),

        ["aten::neg"] = Unary("Neg"),
        ["aten::negative"] = Unary("Neg"),
        ["aten::positive"] = Same,
        ["aten::abs"] = Unary("Abs"),
        ["aten::absolute"] = Unary("Abs"),
        ["aten::sign"] = Unary("Sign"),
        ["aten::sgn"] = Unary("Sign"),
        ["aten::ceil"] = Unary("Ceil"),
        ["aten::floor"] = Unary("Floor"),
        ["aten::round"] = Round,
        ["aten::trunc"] = call => call.Return(Truncate(call, call.Tensor("self").Name)),
        ["aten::fix"] = call => call.Return(Truncate(call, call.Tensor("self").Name)),
        ["aten::frac"] = call => call.Return(
            call.Node("Sub", [call.Tensor("self").Name, Truncate(call, call.Tensor("self").Name)])),
        ["aten::sqrt"] = Unary("Sqrt"),
        ["aten::rsqrt"] = call => call.Return(call.Node("Reciprocal", [call.Node("Sqrt", [Self(call)])])),
        ["aten::square"] = call => call.Return(call.Node("Mul", [Self(call), Self(call)])),
        ["aten::reciprocal"] = Unary("Reciprocal"),
        ["aten::exp"] = Unary("Exp"),
        ["aten::exp2"] = call => call.Return(call.Node("Pow", [call.Scalar(2, call.OutputType()), Self(call)])),
        ["aten::expm1"] = call => call.Return(
            call.Node("Sub", [call.Node("Exp", [Self(call)]), call.Scalar(1, call.OutputType())])),
        ["aten::log"] = Unary("Log"),
        ["aten::log2"] = LogOf(2),
        ["aten::log10"] = LogOf(10),
        ["aten::log1p"] = call => call.Return(
            call.Node("Log", [call.Node("Add", [Self(call), call.Scalar(1, call.OutputType())])])),
        ["aten::logit"] = Logit,
        ["aten::erfinv"] = InverseErf.Lower,
        ["aten::special_erfinv"] = InverseErf.Lower,
        ["aten::erf"] = Unary("Erf"),
        ["aten::special_erf"] = Unary("Erf"),
        ["aten::erfc"] = call => call.Return(
            call.Node("Sub", [call.Scalar(1, call.OutputType()), call.Node("Erf", [Self(call)])])),
        ["aten::special_expit"] = Unary("Sigmoid"),
        ["aten::sin"] = Unary("Sin"),
        ["aten::cos"] = Unary("Cos"),
        ["aten::tan"] = Unary("Tan"),
        ["aten::asin"] = Unary("Asin"),
        ["aten::acos"] = Unary("Acos"),
        ["aten::atan"] = Unary("Atan"),
        ["aten::sinh"] = Unary("Sinh"),
        ["aten::cosh"] = Unary("Cosh"),
        ["aten::asinh"] = Unary("Asinh"),
        ["aten::acosh"] = Unary("Acosh"),
        ["aten::atanh"] = Unary("Atanh"),

        ["aten::clamp"] = Clamp,
        ["aten::clip"] = Clamp,
        ["aten::clamp_min"] = Clamp,
        ["aten::clamp_max"] = Clamp,
        ["aten::nan_to_num"] = NanToNum,
    };

    /// <summary>The argument <c>self</c> in the element type of the result.</summary>
    internal static string Self(OperatorCall call) => call.Cast(call.Tensor("self"), call.OutputType());

    /// <summary>Both operands in one element type.</summary>
    internal static string[] Operands(OperatorCall call, DataType type) =>
        [call.Operand("self", type), call.Operand("other", type)];

    /// <summary>The type that ONNX Runtime computes in: its arithmetic knows no 8- and 16-bit integers.</summary>
    internal static DataType Wide(DataType type)
        => type is DataType.Uint8 or DataType.Int8 or DataType.Int16 or DataType.Bool
        ? DataType.Int32
        : type;

    private static OperatorLowering Unary(string op) => call => call.Return(call.Node(op, [Self(call)]));

    private static void Same(OperatorCall call) => call.Return(call.Tensor("self").Name);

    private static OperatorLowering Binary(string op) => call =>
    {
        var type = Wide(call.OutputType());
        call.Return(call.Cast(call.Node(op, Operands(call, type)), type, call.OutputType()));
    };

    private static OperatorLowering Times(double factor)
        => call => call.Return(call.Scale(Self(call), factor, call.OutputType()));

    private static void Hypot(OperatorCall call)
    {
        string[] squares = Array.ConvertAll(Operands(call, call.OutputType()), side => call.Node("Mul", [side, side]));
        call.Return(call.Node("Sqrt", [call.Node("Add", squares)]));
    }

    // Only the reciprocal tells −0 from 0. A NaN counts as positive: ONNX cannot see its sign.
    private static void CopySign(OperatorCall call)
    {
        var type = call.OutputType();
        string size = call.Node("Abs", [Self(call)]), sign = call.Operand("other", type), zero = call.Scalar(0, type);
        sign = call.Node("Where", [call.Node("Equal", [sign, zero]), call.Node("Reciprocal", [sign]), sign]);
        call.Return(call.Node("Where", [call.Node("Less", [sign, zero]), call.Node("Neg", [size]), size]));
    }

    private static OperatorLowering AddScaled(string op) => call =>
    {
        var type = Wide(call.OutputType());
        string[] operands = Operands(call, type);
        string sum = call.Node(op, [operands[0], call.Scale(operands[1], call.Real("alpha", 1), type)]);
        call.Return(call.Cast(sum, type, call.OutputType()));
    };

    private static void ReverseSub(OperatorCall call)
    {
        string[] operands = Operands(call, call.OutputType());
        call.Return(call.Node("Sub", [operands[1], call.Scale(operands[0], call.Real("alpha", 1), call.OutputType())]));
    }

    private static void Divide(OperatorCall call)
    {
        switch (call.Text("rounding_mode"))
        {
            case "floor":
                call.Return(FloorDivide(call));
                break;
            case "trunc":
                string quotient = call.Node("Div", Operands(call, call.OutputType()));
                call.Return(call.OutputType().IsFloat() ? Truncate(call, quotient) : quotient);
                break;
            default:
                Binary("Div")(call);
                break;
        }
    }

    // ONNX divides integers towards zero: ⌊a/b⌋ = (a − a mod b) / b with the sign of b for the remainder.
    private static string FloorDivide(OperatorCall call)
    {
        string[] operands = Operands(call, call.OutputType());
        if (call.OutputType().IsFloat())
        {
            return call.Node("Floor", [call.Node("Div", operands)]);
        }

        return call.Node("Div", [call.Node("Sub", [operands[0], call.Node("Mod", operands)]), operands[1]]);
    }

    // ONNX's Mod takes the divisor's sign for integers, as torch does; for reals only fmod exists: a − b · ⌊a/b⌋.
    private static void Remainder(OperatorCall call)
    {
        string[] operands = Operands(call, call.OutputType());
        if (!call.OutputType().IsFloat())
        {
            call.Return(call.Node("Mod", operands));
            return;
        }
        string floor = call.Node("Floor", [call.Node("Div", operands)]);
        call.Return(call.Node("Sub", [operands[0], call.Node("Mul", [floor, operands[1]])]));
    }

    private static void Pow(OperatorCall call)
    {
        var type = call.OutputType();
        string x = call.Operand("self", type);
        if (!call.IsTensor("exponent"))
        {
            double exponent = call.Real("exponent");
            if (exponent == 1 || exponent == 2)
            {
                call.Return(exponent == 1 ? x : call.Node("Mul", [x, x]));
                return;
            }
            if (exponent == 0.5)
            {
                call.Return(call.Node("Sqrt", [x]));
                return;
            }
        }
        call.Return(call.Node("Pow", [x, call.Operand("exponent", type)]));
    }

    private static string AddC(OperatorCall call, string op)
    {
        var type = call.OutputType();
        string product = call.Node(op, [call.Operand("tensor1", type), call.Operand("tensor2", type)]);
        return call.Node("Add", [Self(call), call.Scale(product, call.Real("value", 1), type)]);
    }

    private static void Lerp(OperatorCall call)
    {
        var type = call.OutputType();
        string span = call.Node("Sub", [call.Operand("end", type), Self(call)]);
        call.Return(call.Node("Add", [Self(call), call.Node("Mul", [call.Operand("weight", type), span])]));
    }

    // atan(y / x), moved by ±π where x < 0; y = 0 at x = 0 gives 0.
    private static void Atan2(OperatorCall call)
    {
        var type = call.OutputType();
        string[] yx = Operands(call, type);
        string zero = call.Scalar(0, type);
        string atan = call.Node("Atan", [call.Node("Div", yx)]);
        string nan = call.Node("IsNaN", [atan]);
        atan = call.Node("Where", [nan, zero, atan]);
        string half = call.Node("Where",
            [call.Node("Less", [yx[0], zero]), call.Scalar(-Math.PI, type), call.Scalar(Math.PI, type)]);
        string shift = call.Node("Where", [call.Node("Less", [yx[1], zero]), half, zero]);
        call.Return(call.Node("Add", [atan, shift]));
    }

    private static void Round(OperatorCall call)
    {
        if (call.Int("decimals", 0) == 0)
        {
            call.Return(call.Node("Round", [Self(call)]));
            return;
        }
        string scale = call.Scalar(Math.Pow(10, call.Int("decimals")), call.OutputType());
        call.Return(call.Node("Div", [call.Node("Round", [call.Node("Mul", [Self(call), scale])]), scale]));
    }

    private static string Truncate(OperatorCall call, string x) =>
        call.Node("Mul", [call.Node("Sign", [x]), call.Node("Floor", [call.Node("Abs", [x])])]);

    private static OperatorLowering LogOf(double radix) => call => call.Return(
        call.Scale(call.Node("Log", [Self(call)]), 1 / Math.Log(radix), call.OutputType()));

    private static void Logit(OperatorCall call)
    {
        var type = call.OutputType();
        string x = Self(call);
        if (call.Has("eps"))
        {
            double eps = call.Real("eps");
            x = call.Node("Clip", [x, call.Scalar(eps, type), call.Scalar(1 - eps, type)]);
        }
        call.Return(call.Node("Log", [call.Node("Div", [x, call.Node("Sub", [call.Scalar(1, type), x])])]));
    }

    private static void Clamp(OperatorCall call)
    {
        var type = call.OutputType();
        string x = Self(call);
        if (!call.IsTensor("min") && !call.IsTensor("max"))
        {
            string min = call.Has("min") ? call.Operand("min", type) : "",
            max = call.Has("max") ? call.Operand("max", type) : "";
            call.Return(call.Node("Clip", [x, min, max]));
            return;
        }
        if (call.Has("min"))
        {
            x = call.Node("Max", [x, call.Operand("min", type)]);
        }

        if (call.Has("max"))
        {
            x = call.Node("Min", [x, call.Operand("max", type)]);
        }

        call.Return(x);
    }

    private static void NanToNum(OperatorCall call)
    {
        var type = call.OutputType();
        string x = Self(call);
        x = call.Node("Where", [call.Node("IsNaN", [x]), call.Scalar(call.Real("nan", 0), type), x]);
        string above = call.Node("IsInf", [x], ("detect_negative", 0)),
        below = call.Node("IsInf", [x], ("detect_positive", 0));
        x = call.Node("Where", [above, call.Scalar(call.Real("posinf", float.MaxValue), type), x]);
        call.Return(call.Node("Where", [below, call.Scalar(call.Real("neginf", float.MinValue), type), x]));
    }
}

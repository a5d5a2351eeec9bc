using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Comparison, logic, selection by a mask.</summary>
internal static class ComparisonLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::eq"] = Compare("Equal"),
        ["aten::ne"] = call => call.Return(call.Node("Not", [Compared(call, "Equal")])),
        ["aten::not_equal"] = call => call.Return(call.Node("Not", [Compared(call, "Equal")])),
        ["aten::lt"] = Compare("Less"),
        ["aten::less"] = Compare("Less"),
        ["aten::le"] = Compare("LessOrEqual"),
        ["aten::less_equal"] = Compare("LessOrEqual"),
        ["aten::gt"] = Compare("Greater"),
        ["aten::greater"] = Compare("Greater"),
        ["aten::ge"] = Compare("GreaterOrEqual"),
        ["aten::greater_equal"] = Compare("GreaterOrEqual"),
        ["aten::logical_and"] = Logical("And"),
        ["aten::logical_or"] = Logical("Or"),
        ["aten::logical_xor"] = Logical("Xor"),
        ["aten::logical_not"] = Not,
        ["aten::bitwise_and"] = Bitwise("And"),
        ["aten::bitwise_or"] = Bitwise("Or"),
        ["aten::bitwise_xor"] = Bitwise("Xor"),
        ["aten::bitwise_not"] = BitwiseNot,
        ["aten::bitwise_left_shift"] = Shift(left: true),
        ["aten::__lshift__"] = Shift(left: true),
        ["aten::bitwise_right_shift"] = Shift(left: false),
        ["aten::__rshift__"] = Shift(left: false),
        ["aten::__and__"] = Bitwise("And"),
        ["aten::__or__"] = Bitwise("Or"),
        ["aten::__xor__"] = Bitwise("Xor"),
        ["aten::isnan"] = call => call.Return(call.Node("IsNaN", [call.Tensor("self").Name])),
        ["aten::isinf"] = call => call.Return(call.Node("IsInf", [call.Tensor("self").Name])),
        ["aten::isposinf"] = Infinite("detect_negative"),
        ["aten::isneginf"] = Infinite("detect_positive"),
        ["aten::isfinite"] = IsFinite,
        ["aten::where"] = Where,
        ["aten::masked_fill"] = MaskedFill,
        ["aten::heaviside"] = Heaviside,
        ["aten::isclose"] = IsClose,
    };

    /// <summary>A mask as ONNX wants it: bool.</summary>
    internal static string Mask(OperatorCall call, string name) => call.Cast(call.Tensor(name), DataType.Bool);

    private static OperatorLowering Compare(string op) => call => call.Return(Compared(call, op));

    private static string Compared(OperatorCall call, string op)
    {
        var type = call.PromotedType("self", "other");
        // ONNX Runtime orders neither bool nor 8- and 16-bit integers.
        if (type != DataType.Bool || op != "Equal")
        {
            type = ArithmeticLowerings.Wide(type);
        }

        return call.Node(op, [call.Operand("self", type), call.Operand("other", type)]);
    }

    private static OperatorLowering Logical(string op) => call =>
        call.Return(call.Node(op, [Mask(call, "self"), Mask(call, "other")]));

    private static void Not(OperatorCall call) => call.Return(call.Node("Not", [Mask(call, "self")]));

    private static OperatorLowering Bitwise(string op) => call =>
    {
        if (call.OutputType() == DataType.Bool)
        {
            call.Return(call.Node(op, [call.Operand("self", DataType.Bool), call.Operand("other", DataType.Bool)]));
        }
        else if (call.Graph.Opset >= 18)
        {
            call.Return(call.Node($"Bitwise{op}", ArithmeticLowerings.Operands(call, call.OutputType())));
        }
        else
        {
            throw call.NeedsOpset(18, $"a bitwise operator on {call.OutputType().Label()}");
        }
    };

    private static void BitwiseNot(OperatorCall call)
    {
        // In two's complement ~x is −x − 1.
        if (call.OutputType() == DataType.Bool)
        {
            Not(call);
        }
        else
        {
            call.Return(
                call.Node("Sub", [call.Node("Neg", [call.Tensor("self").Name]), call.Scalar(1, call.OutputType())]));
        }
    }

    // ONNX shifts unsigned integers only: x · 2ⁿ, and ⌊x / 2ⁿ⌋ = (x − x mod 2ⁿ) / 2ⁿ.
    private static OperatorLowering Shift(bool left) => call =>
    {
        var type = ArithmeticLowerings.Wide(call.OutputType());
        string x = call.Operand("self", type),
        power = call.Node("Pow", [call.Scalar(2, type), call.Operand("other", type)]);
        string shifted = left
            ? call.Node("Mul", [x, power])
            : call.Node("Div", [call.Node("Sub", [x, call.Node("Mod", [x, power])]), power]);
        call.Return(call.Cast(shifted, type, call.OutputType()));
    };

    // IsInf at opset 17 knows float32 and float64; no value of a narrower type, and no integer, is infinite in float32
    // without being so before.
    private static OperatorLowering Infinite(string ignoredSign) => call =>
    {
        var x = call.Tensor("self");
        string real = x.Type == DataType.Double ? x.Name : call.Cast(x, DataType.Float);
        call.Return(call.Node("IsInf", [real], (ignoredSign, 0)));
    };

    private static void IsFinite(OperatorCall call)
    {
        string x = call.Tensor("self").Name;
        call.Return(call.Node("Not", [call.Node("Or", [call.Node("IsNaN", [x]), call.Node("IsInf", [x])])]));
    }

    private static void Where(OperatorCall call)
    {
        if (!call.Has("self"))
        {
            throw call.Unsupported("where with a condition alone gives indices; use nonzero");
        }

        var type = call.OutputType();
        call.Return(
            call.Node("Where", [Mask(call, "condition"), call.Operand("self", type), call.Operand("other", type)]));
    }

    private static void MaskedFill(OperatorCall call)
    {
        var type = call.OutputType();
        call.Return(call.Node("Where", [Mask(call, "mask"), call.Operand("value", type), call.Operand("self", type)]));
    }

    // 0 below zero, 1 above, the given values at zero.
    private static void Heaviside(OperatorCall call)
    {
        var type = call.OutputType();
        string x = call.Operand("self", type), zero = call.Scalar(0, type);
        string step = call.Cast(call.Node("Greater", [x, zero]), DataType.Bool, type);
        call.Return(call.Node("Where", [call.Node("Equal", [x, zero]), call.Operand("values", type), step]));
    }

    // |a − b| ≤ atol + rtol · |b|
    private static void IsClose(OperatorCall call)
    {
        var type = call.PromotedType("self", "other");
        string a = call.Operand("self", type), b = call.Operand("other", type);
        string allowed = call.Node("Add",
            [call.Scalar(call.Real("atol", 1e-8), type),
                call.Scale(call.Node("Abs", [b]), call.Real("rtol", 1e-5), type)]);
        call.Return(call.Node("LessOrEqual", [call.Node("Abs", [call.Node("Sub", [a, b])]), allowed]));
    }
}

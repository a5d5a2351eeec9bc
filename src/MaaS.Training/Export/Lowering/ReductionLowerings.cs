using MaaS.Onnx;
using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Sums, means, extremes, norms, sorting and running sums.</summary>
internal static class ReductionLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::sum"] = Simple("ReduceSum"),
        ["aten::nansum"] = NanSum,
        ["aten::mean"] = Simple("ReduceMean"),
        ["aten::prod"] = Simple("ReduceProd"),
        ["aten::amax"] = Simple("ReduceMax"),
        ["aten::amin"] = Simple("ReduceMin"),
        ["aten::logsumexp"] = Simple("ReduceLogSumExp"),
        ["aten::max"] = Extreme("Max"),
        ["aten::min"] = Extreme("Min"),
        ["aten::aminmax"] = AMinMax,
        ["aten::argmax"] = Arg("ArgMax"),
        ["aten::argmin"] = Arg("ArgMin"),
        ["aten::any"] = Truth("ReduceMax"),
        ["aten::all"] = Truth("ReduceMin"),
        ["aten::var"] = call => call.Return(Variance(call).Variance),
        ["aten::std"] = call => call.Return(call.Node("Sqrt", [Variance(call).Variance])),
        ["aten::var_mean"] = VarianceAndMean(root: false),
        ["aten::std_mean"] = VarianceAndMean(root: true),
        ["aten::norm"] = Norm,
        ["aten::linalg_vector_norm"] = Norm,
        ["aten::frobenius_norm"] = Norm,
        ["aten::topk"] = TopK,
        ["aten::sort"] = Sort,
        ["aten::argsort"] = ArgSort,
        ["aten::cumsum"] = CumSum,
        ["aten::cumprod"] = CumProd,
        ["aten::count_nonzero"] = CountNonZero,
    };

    /// <summary>Reduces over axes; none means all of them.</summary>
    internal static string Reduce(OperatorCall call, string op, string value, long[] axes, bool keep)
    {
        // Axes became an input of ReduceSum in opset 13 and of the others in 18.
        if (axes.Length == 0)
        {
            return call.Node(op, [value], ("keepdims", keep));
        }

        return op == "ReduceSum" || call.Graph.Opset >= 18
            ? call.Node(op, [value, call.Graph.Ints(axes)], ("keepdims", keep))
            : call.Node(op, [value], ("axes", axes), ("keepdims", keep));
    }

    private static long[] Axes(OperatorCall call, TracedTensor x) =>
        Array.ConvertAll(call.Ints("dim"), axis => (long)x.Axis(axis));

    private static OperatorLowering Simple(string op) => call =>
    {
        var x = call.Tensor("self");
        var type = ArithmeticLowerings.Wide(call.OutputType());
        string value = call.Cast(x, type);
        string result = x.Rank == 0 ? value : Reduce(call, op, value, Axes(call, x), call.Flag("keepdim"));
        call.Return(call.Cast(result, type, call.OutputType()));
    };

    private static void NanSum(OperatorCall call)
    {
        var x = call.Tensor("self");
        string known = call.Node("Where", [call.Node("IsNaN", [x.Name]), call.Scalar(0, x.Type), x.Name]);
        call.Return(
            call.Cast(
                Reduce(call, "ReduceSum", known, Axes(call, x), call.Flag("keepdim")), x.Type, call.OutputType()));
    }

    // max() over all, max(dim) with indices, max(other) of two tensors.
    private static OperatorLowering Extreme(string op) => call =>
    {
        var x = call.Tensor("self");
        if (call.Has("other"))
        {
            call.Return(call.Node(op, ArithmeticLowerings.Operands(call, call.OutputType())));
            return;
        }
        bool keep = call.Flag("keepdim");
        string value = Reduce(call, $"Reduce{op}", x.Name, Axes(call, x), keep);
        if (!call.Has("dim"))
        {
            call.Return(value);
        }
        else
        {
            call.Return(value, call.Node($"Arg{op}", [x.Name], ("axis", x.Axis(call.Int("dim"))), ("keepdims", keep)));
        }
    };

    private static void AMinMax(OperatorCall call)
    {
        var x = call.Tensor("self");
        bool keep = call.Flag("keepdim");
        call.Return(
            Reduce(call, "ReduceMin", x.Name, Axes(call, x), keep),
            Reduce(call, "ReduceMax", x.Name, Axes(call, x), keep));
    }

    private static OperatorLowering Arg(string op) => call =>
    {
        var x = call.Tensor("self");
        if (call.Has("dim"))
        {
            call.Return(call.Node(op, [x.Name], ("axis", x.Axis(call.Int("dim"))), ("keepdims", call.Flag("keepdim"))));
            return;
        }
        string flat = call.Node("Reshape", [x.Name, call.Graph.Ints(-1)]);
        call.Return(call.Node(op, [flat], ("axis", 0), ("keepdims", 0)));
    };

    // any is the largest, all the smallest, of 0 and 1.
    private static OperatorLowering Truth(string op) => call =>
    {
        var x = call.Tensor("self");
        string bits = call.Cast(call.Cast(x, DataType.Bool), DataType.Bool, DataType.Int32);
        string result = x.Rank == 0 ? bits : Reduce(call, op, bits, Axes(call, x), call.Flag("keepdim"));
        call.Return(call.Cast(result, DataType.Int32, call.OutputType()));
    };

    // Σ(x − mean)² / (n − correction)
    private static (string Variance, string Mean) Variance(OperatorCall call)
    {
        var x = call.Tensor("self");
        var type = call.OutputType();
        long[] axes = Axes(call, x);
        if (axes.Length == 0)
        {
            axes = [.. Enumerable.Range(0, x.Rank).Select(static i => (long)i)];
        }

        bool keep = call.Flag("keepdim");
        double correction = call.Has("correction")
            ? call.Real("correction") : call.Has("unbiased") && !call.Flag("unbiased") ? 0 : 1;
        string mean = Reduce(call, "ReduceMean", x.Name, axes, keep: true);
        string delta = call.Node("Sub", [x.Name, mean]);
        string variance = Reduce(call, "ReduceMean", call.Node("Mul", [delta, delta]), axes, keep);
        if (correction != 0)
        {
            var count = axes.Aggregate(
                (TracedSize)1, (n, axis) => TracedSize.Map(n, x.Shape[(int)axis], static (a, b) => a * b));
            if (count.IsFixed)
            {
                variance = call.Scale(variance, count.Value / (count.Value - correction), type);
            }
            else
            {
                string n = call.Cast(call.SizeScalar(count), DataType.Int64, type);
                string factor = call.Node("Div", [n, call.Node("Sub", [n, call.Scalar(correction, type)])]);
                variance = call.Node("Mul", [variance, factor]);
            }
        }
        return (variance, keep ? mean : call.Node("Squeeze", [mean, call.Graph.Ints(axes)]));
    }

    private static OperatorLowering VarianceAndMean(bool root) => call =>
    {
        var (variance, mean) = Variance(call);
        call.Return(root ? call.Node("Sqrt", [variance]) : variance, mean);
    };

    private static void Norm(OperatorCall call)
    {
        var x = call.Tensor("self");
        var type = call.OutputType();
        string value = call.Cast(x, type);
        double p = call.Has("p") ? call.Real("p") : call.Has("ord") ? call.Real("ord") : 2;
        long[] axes = Axes(call, x);
        bool keep = call.Flag("keepdim");
        if (double.IsPositiveInfinity(p) || double.IsNegativeInfinity(p))
        {
            call.Return(Reduce(call, p > 0 ? "ReduceMax" : "ReduceMin", call.Node("Abs", [value]), axes, keep));
            return;
        }
        if (p is 1 or 2)
        {
            call.Return(Reduce(call, p == 1 ? "ReduceL1" : "ReduceL2", value, axes, keep));
            return;
        }
        if (p == 0)
        {
            throw call.Unsupported("the norm of order 0 counts non-zero elements; use count_nonzero");
        }

        string powers = call.Node("Pow", [call.Node("Abs", [value]), call.Scalar(p, type)]);
        call.Return(call.Node("Pow", [Reduce(call, "ReduceSum", powers, axes, keep), call.Scalar(1 / p, type)]));
    }

    private static void TopK(OperatorCall call) => call.Return(call.Graph.Nodes(
        "TopK", [call.Tensor("self").Name, call.SizeVector(call.Size("k"))], 2,
        ("axis", call.Tensor("self").Axis(call.Int("dim", -1))), ("largest", call.Flag("largest")), ("sorted", 1)));

    private static void Sort(OperatorCall call) => call.Return(Sorted(call));

    private static void ArgSort(OperatorCall call) => call.Return(Sorted(call)[1]);

    private static string[] Sorted(OperatorCall call)
    {
        var x = call.Tensor("self");
        int axis = x.Axis(call.Int("dim", -1));
        return call.Graph.Nodes(
            "TopK", [x.Name, call.SizeVector(x.Shape[axis])], 2, ("axis", axis), ("largest", call.Flag("descending")),
            ("sorted", 1));
    }

    private static void CumSum(OperatorCall call)
    {
        var x = call.Tensor("self");
        call.Return(
            call.Node("CumSum", [call.Cast(x, call.OutputType()), call.Graph.Scalar((long)x.Axis(call.Int("dim")))]));
    }

    // ONNX has running sums only: Scan multiplies one slice after the other.
    private static void CumProd(OperatorCall call)
    {
        var x = call.Tensor("self");
        var type = call.OutputType();
        string value = call.Cast(x, type);
        if (x.Rank == 0)
        {
            call.Return(value);
            return;
        }
        int axis = x.Axis(call.Int("dim"));
        // Names of a subgraph must differ from those around it.
        var body = new GraphBuilder("cumprod", call.Graph.Opset) { Scope = call.Graph.UniqueName("cumprod") };
        string product = body.AddInput($"{body.Scope}/product", type, null);
        string next = body.Node("Mul", [product, body.AddInput($"{body.Scope}/factor", type, null)]);
        body.AddOutput(next, type, null);
        body.AddOutput(body.Node("Identity", [next]), type, null);
        string ones = CreationLowerings.Filled(call, 1, type, [.. x.Shape.Where((_, i) => i != axis)]);
        call.Return(call.Graph.Nodes("Scan", [ones, value], 2, ("body", body.Graph), ("num_scan_inputs", 1),
            ("scan_input_axes", new long[] { axis }), ("scan_output_axes", new long[] { axis }))[1]);
    }

    private static void CountNonZero(OperatorCall call)
    {
        var x = call.Tensor("self");
        string bits = call.Cast(call.Cast(x, DataType.Bool), DataType.Bool, DataType.Int64);
        call.Return(Reduce(call, "ReduceSum", bits, Axes(call, x), keep: false));
    }
}

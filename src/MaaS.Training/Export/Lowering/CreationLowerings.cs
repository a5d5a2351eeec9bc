using MaaS.Onnx;
using MaaS.Onnx.Schema;
using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Operators that make tensors: filled ones, ranges, triangles, copies, casts.</summary>
internal static class CreationLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::zeros"] = Filled(0),
        ["aten::zeros_like"] = Filled(0),
        ["aten::new_zeros"] = Filled(0),
        ["aten::ones"] = Filled(1),
        ["aten::ones_like"] = Filled(1),
        ["aten::new_ones"] = Filled(1),
        // What empty holds is undefined until it is written; zeros are as good.
        ["aten::empty"] = Filled(0),
        ["aten::empty_like"] = Filled(0),
        ["aten::new_empty"] = Filled(0),
        ["aten::full"] = Full,
        ["aten::full_like"] = Full,
        ["aten::new_full"] = Full,
        ["aten::fill"] = Fill,
        ["aten::zero"] = Filled(0),
        ["aten::scalar_tensor"] = call => call.Return(call.Operand("s", call.OutputType())),
        ["aten::arange"] = Arange,
        ["aten::linspace"] = Linspace,
        ["aten::eye"] = Eye,
        ["aten::tril"] = Triangle(upper: false),
        ["aten::triu"] = Triangle(upper: true),
        ["aten::tril_indices"] = TriangleIndices(upper: false),
        ["aten::triu_indices"] = TriangleIndices(upper: true),
        ["aten::copy"] = Copy,
        ["aten::to"] = Cast,
        ["aten::_to_copy"] = Cast,
        ["aten::type_as"] = Cast,
        ["aten::meshgrid"] = Meshgrid,
    };

    /// <summary>A value repeated over the shape of a result.</summary>
    internal static string Filled(OperatorCall call, double value, DataType type, IReadOnlyList<TracedSize> shape)
    {
        string sizes = call.SizeVector(shape);
        if (value == 0 && type == DataType.Float)
        {
            return call.Node("ConstantOfShape", [sizes]);
        }

        TensorProto? fill = type switch
        {
            DataType.Float => OnnxTensor.Create<float>("", [(float)value], 1),
            DataType.Double => OnnxTensor.Create<double>("", [value], 1),
            DataType.Int64 => OnnxTensor.Create<long>("", [(long)value], 1),
            DataType.Int32 => OnnxTensor.Create<int>("", [(int)value], 1),
            DataType.Bool => OnnxTensor.Create<bool>("", [value != 0], 1),
            _ => null,
        };
        return fill is not null
            ? call.Node("ConstantOfShape", [sizes], ("value", fill))
            : call.Node("Expand", [call.Scalar(value, type), sizes]);
    }

    // Rows above, columns below; row by row.
    private static OperatorLowering TriangleIndices(bool upper) => call =>
    {
        long offset = call.Int("offset", 0), columns = call.Int("col");
        var inside = (from row in Enumerable.Range(0, (int)call.Int("row"))
                      from column in Enumerable.Range(0, (int)columns)
                      where upper ? column - row >= offset : column - row <= offset
                      select (Row: (long)row, Column: (long)column)).ToArray();
        long[] indices = [.. inside.Select(static place => place.Row), .. inside.Select(static place => place.Column)];
        call.Return(call.Cast(call.Graph.Constant<long>(indices, 2, inside.Length), DataType.Int64, call.OutputType()));
    };

    private static OperatorLowering Filled(double value) => call =>
        call.Return(Filled(call, value, call.OutputType(), call.OutputShape()));

    private static void Full(OperatorCall call)
    {
        if (call.IsTensor("fill_value") || call.FixedReals("fill_value") is null)
        {
            call.Return(
                call.Node(
                    "Expand", [call.Operand("fill_value", call.OutputType()), call.SizeVector(call.OutputShape())]));
        }
        else
        {
            call.Return(Filled(call, call.Real("fill_value"), call.OutputType(), call.OutputShape()));
        }
    }

    private static void Fill(OperatorCall call) => call.Return(
        call.Node("Expand", [call.Operand("value", call.OutputType()), call.SizeVector(call.OutputShape())]));

    private static void Arange(OperatorCall call)
    {
        var type = call.OutputType();
        string start = call.Has("start") ? call.Operand("start", type) : call.Scalar(0, type);
        string step = call.Has("step") ? call.Operand("step", type) : call.Scalar(1, type);
        call.Return(call.Node("Range", [start, call.Operand("end", type), step]));
    }

    private static void Linspace(OperatorCall call)
    {
        double start = call.Real("start"), end = call.Real("end");
        var size = call.Size("steps");
        if (!size.IsFixed)
        {
            call.Return(call.Cast(Linspace(call, start, end, size), DataType.Float, call.OutputType()));
            return;
        }

        long steps = size.Value;
        float[] values = new float[steps];
        for (int i = 0; i < steps; i++)
        {
            values[i] = (float)(steps == 1 ? start : start + (end - start) * i / (steps - 1));
        }

        call.Return(call.Cast(call.Graph.Constant<float>(values, steps), DataType.Float, call.OutputType()));
    }

    // start + i · (end − start) / (steps − 1), which is start alone for one step.
    private static string Linspace(OperatorCall call, double start, double end, TracedSize size)
    {
        string steps = call.SizeScalar(size), one = call.Scalar(1, DataType.Int64);
        string gaps = call.Cast(
            call.Node("Max", [call.Node("Sub", [steps, one]), one]), DataType.Int64, DataType.Float);
        string places = call.Cast(
            call.Node("Range", [call.Scalar(0, DataType.Int64), steps, one]), DataType.Int64, DataType.Float);
        string run = call.Node("Div", [call.Node("Mul", [places, call.Scalar(end - start, DataType.Float)]), gaps]);
        return call.Node("Add", [run, call.Scalar(start, DataType.Float)]);
    }

    private static void Eye(OperatorCall call)
    {
        string zeros = Filled(call, 0, DataType.Float, call.OutputShape());
        call.Return(call.Node("EyeLike", [zeros], ("dtype", (int)call.OutputType())));
    }

    // ONNX Runtime knows Trilu for float, double and int64.
    private static OperatorLowering Triangle(bool upper) => call =>
    {
        var x = call.Tensor("self");
        var type = x.Type is DataType.Float or DataType.Double or DataType.Int64 ? x.Type
            : x.Type.IsFloat() ? DataType.Float : DataType.Int64;
        string triangle = call.Node(
            "Trilu", [call.Cast(x, type), call.SizeScalar(call.Has("diagonal") ? call.Size("diagonal") : 0)],
            ("upper", upper));
        call.Return(call.Cast(triangle, type, x.Type));
    };

    // copy_ overwrites self with a source that broadcasts to it.
    private static void Copy(OperatorCall call)
    {
        var source = call.Tensor("src");
        string value = call.Cast(source, call.OutputType());
        call.Return(source.Shape.SequenceEqual(call.OutputShape())
            ? value
            : call.Node("Expand", [value, call.SizeVector(call.OutputShape())]));
    }

    private static void Cast(OperatorCall call) => call.Return(call.Cast(call.Tensor("self"), call.OutputType()));

    private static void Meshgrid(OperatorCall call)
    {
        var vectors = call.Tensors("tensors");
        bool xy = call.Text("indexing") == "xy";
        string[] grids = new string[vectors.Length];
        for (int i = 0; i < vectors.Length; i++)
        {
            int axis = xy && i < 2 && vectors.Length > 1 ? 1 - i : i;
            long[] others = [.. Enumerable.Range(0, vectors.Length).Where(a => a != axis).Select(static a => (long)a)];
            string spread = others.Length == 0
                ? vectors[i].Name : call.Node("Unsqueeze", [vectors[i].Name, call.Graph.Ints(others)]);
            grids[i] = call.Node("Expand", [spread, call.SizeVector(call.OutputShape(i))]);
        }
        call.Return(grids);
    }
}

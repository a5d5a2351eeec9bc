using System.Runtime.InteropServices;
using MaaS.Onnx;
using MaaS.Onnx.Schema;
using Microsoft.ML.OnnxRuntime;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export;

/// <summary>Compares ONNX Runtime's outputs with torch's.</summary>
internal static class ParityCheck
{
    // Of a difference that rounding alone makes, ONNX Runtime may make several times as much.
    private const double RoundingMargin = 10;

    private const string OtherSizes =
        "where the module never sees such sizes, name some that it does in OnnxExportOptions.TraceSizes";

    /// <summary>One comparison: where, the inputs by name, torch's outputs in the graph's order.</summary>
    internal sealed record Case(string Where, IReadOnlyList<TensorProto> Inputs, IReadOnlyList<TensorProto> Outputs)
    {
        /// <summary>How far each output may be off although it is further than the tolerance, asked for only
        /// then.</summary>
        public Func<IReadOnlyList<double>>? Sensitivity { get; init; }
    }

    /// <summary>The largest absolute difference over all cases and outputs.</summary>
    /// <exception cref="OnnxExportException">ONNX Runtime fails, or an output has another shape or is further off than
    /// the tolerance.</exception>
    public static double Run(
        OnnxRunner runner, IEnumerable<Case> cases, IReadOnlySet<string> inputNames, double tolerance)
    {
        double worst = 0;
        foreach (var parity in cases)
        {
            var actual = Run(runner, parity.Where, [.. parity.Inputs.Where(input => inputNames.Contains(input.Name))]);
            for (int i = 0; i < parity.Outputs.Count; i++)
            {
                string where = $"output '{actual[i].Name}'{parity.Where}";
                var expected = parity.Outputs[i];
                if (!actual[i].Dims.SequenceEqual(expected.Dims))
                {
                    throw new OnnxExportException(
                        $"parity: {where}: torch gives shape [{string.Join(',', expected.Dims)}], "
                        + $"ONNX Runtime [{string.Join(',', actual[i].Dims)}]; {OtherSizes}");
                }

                double magnitude = Magnitude(expected);
                double difference = Difference(expected, actual[i]);
                bool isClose = difference <= tolerance * Math.Max(1, magnitude);
                if (!isClose && !(difference <= RoundingMargin * (parity.Sensitivity?.Invoke()[i] ?? 0)))
                {
                    throw new OnnxExportException(
                        $"parity: {where}: torch and ONNX Runtime differ by {difference:g3}, more than {tolerance:g3} "
                        + $"(largest value {magnitude:g3}); the module may draw random numbers or depend on its "
                        + "input's values");
                }

                worst = Math.Max(worst, difference);
            }
        }

        return worst;
    }

    /// <summary>Whether all of a tensor's elements are numbers.</summary>
    public static bool IsFinite(TensorProto tensor) => Array.TrueForAll(ToDoubles(tensor), double.IsFinite);

    /// <summary>The largest absolute difference between elements; infinite where only one is NaN.</summary>
    public static double Difference(TensorProto expected, TensorProto actual) =>
        ToDoubles(expected).Zip(ToDoubles(actual), Difference).DefaultIfEmpty().Max();

    private static double Magnitude(TensorProto tensor) =>
        ToDoubles(tensor).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();

    private static IReadOnlyList<TensorProto> Run(OnnxRunner runner, string sizes, IReadOnlyList<TensorProto> inputs)
    {
        try
        {
            return runner.Run(inputs);
        }
        catch (OnnxRuntimeException error)
        {
            throw new OnnxExportException(
                $"parity{sizes}: torch runs, but ONNX Runtime fails ({error.Message}); {OtherSizes}", error);
        }
    }

    private static double Difference(double a, double b) =>
        a.Equals(b) ? 0 : double.IsNaN(a) || double.IsNaN(b) ? double.PositiveInfinity : Math.Abs(a - b);

    private static double[] ToDoubles(TensorProto tensor) => tensor.Type() switch
    {
        DataType.Float => Array.ConvertAll(tensor.ToArray<float>(), static v => (double)v),
        DataType.Double => tensor.ToArray<double>(),
        DataType.Float16 => Array.ConvertAll(tensor.ToArray<Half>(), static v => (double)v),
        DataType.Int64 or DataType.Int32 => Array.ConvertAll(tensor.ToInt64Array(), static v => (double)v),
        DataType.Int16 => Array.ConvertAll(tensor.ToArray<short>(), static v => (double)v),
        DataType.Int8 => Array.ConvertAll(tensor.ToArray<sbyte>(), static v => (double)v),
        DataType.Bool or DataType.Uint8 => Array.ConvertAll(tensor.Bytes().ToArray(), static v => (double)v),
        DataType.Bfloat16 => Array.ConvertAll(
            MemoryMarshal.Cast<byte, ushort>(tensor.Bytes().Span).ToArray(),
            static bits => (double)BitConverter.UInt32BitsToSingle((uint)bits << 16)),
        var type => throw new OnnxExportException($"parity: outputs of type {type.Label()} cannot be compared"),
    };
}

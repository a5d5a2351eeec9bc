using System.Diagnostics;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Export;

/// <summary>How long ONNX Runtime takes for a row alone, on one thread.</summary>
/// <param name="Rows">Runs that were measured.</param>
/// <param name="P50">The median, in milliseconds.</param>
/// <param name="P99">The time that 99 of 100 runs stay below, in milliseconds.</param>
public sealed record RowLatency(int Rows, double P50, double P99)
{
    private const int WarmUp = 20;

    /// <summary>Runs rows one by one, after some that warm up.</summary>
    /// <param name="model">A model that <see cref="TabularOnnx.Write"/> made.</param>
    /// <param name="table">The rows; taken in turn where there are fewer than runs.</param>
    /// <param name="runs">Number of runs, 1 or more.</param>
    /// <param name="cancellationToken">Checked before each run.</param>
    public static RowLatency Measure(
        OnnxModel model, Table table, int runs = 200, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        using var session = InferenceModel.Load(model.ToByteArray(), "tabular");
        var milliseconds = new double[runs];
        for (var i = -WarmUp; i < runs; i++)
        {
            var inputs = TableInputs.Of(table.Take([(i + WarmUp) % table.Rows]), session.Inputs);
            var watch = Stopwatch.StartNew();
            using var outputs = session.Run(inputs, cancellationToken: cancellationToken);
            if (i >= 0)
            {
                milliseconds[i] = watch.Elapsed.TotalMilliseconds;
            }
        }

        Array.Sort(milliseconds);
        return new RowLatency(runs, milliseconds[runs / 2], milliseconds[Math.Min(runs - 1, runs * 99 / 100)]);
    }
}

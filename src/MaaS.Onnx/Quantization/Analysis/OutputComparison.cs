using System.Globalization;
using MaaS.Onnx.Inference;

namespace MaaS.Onnx.Quantization.Analysis;

/// <summary>How far one output of a quantized model is from the float one's.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="Decibels">Signal-to-quantization-noise ratio of a floating-point output; minus infinity where the
/// shapes differ, null for outputs of other types.</param>
/// <param name="Agreement">The share of rows (N, C) whose greatest value stands at the same place in both, as labels
/// do; of integers and booleans the share of equal values. Null for floating-point outputs of other ranks.</param>
public sealed record OutputDifference(string Name, double? Decibels, double? Agreement)
{
    /// <summary>As <c>scores: SQNR 31.2 dB, same greatest value in 99.6 % of rows</c>.</summary>
    public override string ToString()
    {
        string share = Agreement is { } a ? (100 * a).ToString("0.##", CultureInfo.InvariantCulture) + " %" : "";
        string ratio = Decibels is { } d ? d.ToString("0.0", CultureInfo.InvariantCulture) + " dB" : "";
        return $"{Name}: " + (Decibels is null ? $"{share} of values equal"
            : Agreement is null ? $"SQNR {ratio}" : $"SQNR {ratio}, same greatest value in {share} of rows");
    }
}

/// <summary>A quantized model's outputs against the float model's on the same inputs, where no labels tell what is
/// right.</summary>
/// <param name="Outputs">Each output that can be compared.</param>
/// <param name="Runs">How many runs were compared.</param>
public sealed record OutputComparison(IReadOnlyList<OutputDifference> Outputs, int Runs)
{
    /// <summary>The least SQNR of all floating-point outputs in dB; infinite where there is none.</summary>
    public double Decibels => Outputs.Min(static output => output.Decibels) ?? double.PositiveInfinity;

    /// <summary>The least share of agreement; null where no output has one.</summary>
    public double? Agreement => Outputs.Min(static output => output.Agreement);

    /// <summary>Compares two models.</summary>
    /// <param name="exact">The float model.</param>
    /// <param name="quantized">The model that stands for it, with the same outputs.</param>
    /// <param name="data">Inputs by name, one run each; at least one.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    /// <exception cref="ArgumentException">There is no data, it does not fit the model, or no output can be
    /// compared.</exception>
    public static OutputComparison Measure(
        InferenceModel exact, InferenceModel quantized, IEnumerable<IReadOnlyDictionary<string, TensorValue>> data,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(exact);
        ArgumentNullException.ThrowIfNull(quantized);
        ArgumentNullException.ThrowIfNull(data);
        OutputMeter[] meters =
        [
            .. exact.Outputs.Where(static spec => spec.Type != ElementType.String)
                .Select(static spec => new OutputMeter(spec)),
        ];
        if (meters.Length == 0)
        {
            throw new ArgumentException(
                $"{exact.Name}: expected an output of numbers to compare, got only texts.", nameof(exact));
        }
        string[] names = [.. meters.Select(static meter => meter.Name)];
        int runs = 0;
        foreach (var inputs in data)
        {
            using var expected = exact.Run(inputs, names, cancellationToken);
            using var actual = quantized.Run(inputs, names, cancellationToken);
            for (int i = 0; i < meters.Length; i++)
            {
                meters[i].Add(expected[i], actual[i]);
            }
            runs++;
        }
        return runs > 0
            ? new OutputComparison([.. meters.Select(static meter => meter.Result())], runs)
            : throw new ArgumentException(
                "output comparison: expected at least one run's inputs, got none", nameof(data));
    }
}

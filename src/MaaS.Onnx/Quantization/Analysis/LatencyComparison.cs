using System.Diagnostics;
using MaaS.Onnx.Inference;

namespace MaaS.Onnx.Quantization.Analysis;

/// <summary>Times models against each other.</summary>
public static class LatencyComparison
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(10);

    /// <summary>Median milliseconds of one run of each. They take turns, so that a busy machine slows both.</summary>
    /// <param name="first">One model.</param>
    /// <param name="second">The other.</param>
    /// <param name="inputs">What both are run on.</param>
    /// <param name="duration">How long to measure in all; each model gets at least five turns.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    public static (double First, double Second) Measure(
        InferenceModel first, InferenceModel second, IReadOnlyDictionary<string, TensorValue> inputs, TimeSpan duration,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        double[] times = Measure([first, second], inputs, duration, cancellationToken);
        return (times[0], times[1]);
    }

    /// <summary>Median milliseconds of one run of each of several models, which take turns.</summary>
    /// <param name="models">At least one.</param>
    /// <param name="inputs">What all are run on.</param>
    /// <param name="duration">How long to measure in all; each model gets at least five turns.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    public static double[] Measure(
        IReadOnlyList<InferenceModel> models, IReadOnlyDictionary<string, TensorValue> inputs, TimeSpan duration,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        List<double>[] times = [.. models.Select(static _ => new List<double>())];
        long start = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < 5 || Stopwatch.GetElapsedTime(start) < duration; turn++)
        {
            for (int i = 0; i < models.Count; i++)
            {
                TakeTurn(models[i], inputs, times[i], cancellationToken);
            }
        }
        return [.. times.Select(Median)];
    }

    private static void TakeTurn(
        InferenceModel model, IReadOnlyDictionary<string, TensorValue> inputs, List<double> times,
        CancellationToken cancellationToken)
    {
        // The other model's weights are in the cache.
        model.Run(inputs, cancellationToken: cancellationToken).Dispose();
        long start = Stopwatch.GetTimestamp();
        do
        {
            long before = Stopwatch.GetTimestamp();
            model.Run(inputs, cancellationToken: cancellationToken).Dispose();
            times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(start) < Turn);
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return (times[(times.Count - 1) / 2] + times[times.Count / 2]) / 2;
    }
}

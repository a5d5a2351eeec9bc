using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Calibration;

/// <summary>Runs a model on sample data and watches the values between its nodes.</summary>
/// <remarks>
/// One batch at a time: memory is that of one batch's values and one observer for each of them, however many batches
/// there are.
/// </remarks>
public static class ActivationCalibrator
{
    /// <summary>Finds the range of each value.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="values">Names of values to watch: float tensors that the graph takes or makes.</param>
    /// <param name="method">How ranges are chosen.</param>
    /// <param name="batches">Inputs by name; disposing them is the caller's part. At least one batch.</param>
    /// <param name="options">Threads; null for ONNX Runtime's own choice.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    /// <exception cref="ArgumentException">There is no batch, or one has the wrong names, types or shapes, or holds NaN
    /// or infinity, or makes the model compute them; the message names the batch and the value.</exception>
    public static ActivationRanges Run(
        OnnxModel model, IReadOnlyCollection<string> values, ICalibrationMethod method,
        IEnumerable<IReadOnlyDictionary<string, TensorValue>> batches, InferenceOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        var observers = values.ToDictionary(static value => value, _ => method.CreateObserver());
        var inputs = model.Inputs.Select(static input => input.Name).ToHashSet();
        string[] inner = [.. values.Where(value => !inputs.Contains(value))];
        using var session = new ModelSession(Expose(model, inner), options);

        int batchNumber = 0;
        foreach (var batch in batches)
        {
            CheckInputs(batch, batchNumber);
            foreach (string input in values.Where(batch.ContainsKey))
            {
                Observe(observers[input], batch[input], input, batchNumber);
            }

            using var outputs = RunBatch(session.Model, batch, inner, batchNumber, cancellationToken);
            for (int i = 0; i < inner.Length; i++)
            {
                Observe(observers[inner[i]], outputs[i], inner[i], batchNumber);
            }

            batchNumber++;
        }
        if (batchNumber == 0)
        {
            throw new ArgumentException(
                "calibration: expected at least one batch of inputs, got none", nameof(batches));
        }

        return Ranges(observers);
    }

    /// <summary>A copy of the model that returns inner values besides its own outputs.</summary>
    internal static OnnxModel Expose(OnnxModel model, IEnumerable<string> values)
    {
        var exposed = model.Clone();
        var known = exposed.Graph.Output.Select(static output => output.Name).ToHashSet();
        foreach (string value in values.Where(known.Add))
        {
            exposed.Graph.Output.Add(OnnxDimension.ValueInfo(value, TensorProto.Types.DataType.Float, null));
        }

        return exposed;
    }

    private static InferenceOutputs RunBatch(
        InferenceModel model, IReadOnlyDictionary<string, TensorValue> batch, string[] values, int number,
        CancellationToken token)
    {
        try
        {
            return model.Run(batch, values.Length > 0 ? values : null, token);
        }
        catch (ModelInputException error)
        {
            throw new ArgumentException($"calibration batch {number}: {error.Message}", error);
        }
    }

    private static void CheckInputs(IReadOnlyDictionary<string, TensorValue> batch, int number)
    {
        foreach (var (name, value) in batch)
        {
            if (value.Type == ElementType.Float32 && value.Count > 0)
            {
                Named(() => Extremes.Of(value.AsSpan<float>()), $"input '{name}'", number);
            }
        }
    }

    private static void Observe(IRangeObserver observer, TensorValue value, string name, int number) =>
        Named(() => observer.Observe(value.AsSpan<float>()), $"value '{name}'", number);

    private static void Named(Action action, string name, int number)
    {
        try
        {
            action();
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"calibration batch {number}, {name}: {error.Message}", error);
        }
    }

    private static ActivationRanges Ranges(Dictionary<string, IRangeObserver> observers)
    {
        var ranges = new Dictionary<string, ValueRange>();
        // Searching a threshold takes longer than counting did: one value on each core.
        Parallel.ForEach(observers, pair =>
        {
            var range = pair.Value.Range();
            lock (ranges)
            {
                ranges.Add(pair.Key, range);
            }
        });
        return new ActivationRanges(ranges);
    }
}

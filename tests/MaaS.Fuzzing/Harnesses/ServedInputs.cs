using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Protocols;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>Models of which only the inputs are asked for, and what readers of requests say to inputs that do not
/// fit.</summary>
internal static class ServedInputs
{
    private static readonly (string, ElementType, long[])[] Mixed =
    [
        ("x", ElementType.Float32, [-1, 4]), ("n", ElementType.Int64, [-1]), ("t", ElementType.String, [-1]),
        ("b", ElementType.Bool, [-1, 2]),
        ("h", ElementType.Float16, [-1]), ("u", ElementType.UInt8, [-1, -1]), ("d", ElementType.Float64, []),
        ("s", ElementType.Int16, [2, 3]),
    ];

    /// <summary>Inputs of many types.</summary>
    public static ServedModel Many { get; } = Model(Mixed);

    /// <summary>One input of float32 (N, 4).</summary>
    public static ServedModel One { get; } = Model(("x", ElementType.Float32, [-1, 4]));

    /// <summary>Images of (N, 1, 4, 4).</summary>
    public static ServedModel Image { get; } = Model(
        new ModelManifest { Name = "m", Preprocessing = new ImagePreprocessing(1 / 255d, [0.1], [0.3]) },
        ("x", ElementType.Float32, [-1, 1, 4, 4]));

    /// <summary>The ways in which a request may be refused: each becomes a 4xx.</summary>
    public static bool IsRefusal(Exception e)
        => e is RequestException { Kind: < FaultKind.Internal } or System.Text.Json.JsonException or ModelInputException;

    /// <summary>Does the same with <see cref="One"/> and with <see cref="Many"/>; a refusal of the former is none of
    /// the latter.</summary>
    public static void Each(Action<ServedModel> read)
    {
        var isTaken = true;
        try
        {
            read(One);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            isTaken = false;
        }

        try
        {
            read(Many);
        }
        catch (Exception e) when (isTaken && IsRefusal(e))
        {
            // One of them takes the request.
        }
    }

    /// <summary>Tensors of a request for a model.</summary>
    public static RequestTensors TensorsOf(ServedModel model) => new(model, encoder: null);

    private static ServedModel Model(
        params (string Name, ElementType Type, long[] Shape)[] inputs) => Model(manifest: null, inputs);

    private static ServedModel Model(
        ModelManifest? manifest, params (string Name, ElementType Type, long[] Shape)[] inputs)
        => new("m", 1, model: null, manifest, new NoRunner())
        {
            Inputs = [.. inputs.Select(i => new TensorSpec(i.Name, i.Type, i.Shape))],
        };

    private sealed class NoRunner : IModelRunner
    {
        public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
            => throw new InvalidOperationException("expected a request that is only read");

        public void Dispose()
        {
        }
    }
}

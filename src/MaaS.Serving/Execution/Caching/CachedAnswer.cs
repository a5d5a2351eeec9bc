using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution.Caching;

/// <summary>A copy of the outputs of a run.</summary>
internal sealed class CachedAnswer
{
    // What an entry takes besides its elements: keys, lists, shapes.
    private const int Overhead = 256;

    private readonly (ElementType Type, long[] Shape, byte[] Bytes, string[] Strings)[] _values;
    private readonly IReadOnlyList<TensorSpec> _specs;

    public CachedAnswer(InferenceOutputs outputs)
    {
        _specs = outputs.Specs;
        _values = [.. outputs.Select(static o => o.Type == ElementType.String
            ? (o.Type, o.Shape.ToArray(), Array.Empty<byte>(), o.Strings.ToArray()) : (
                o.Type, o.Shape.ToArray(), o.Data.ToArray(), []))];
        Bytes = Size(outputs);
    }

    /// <summary>Memory that it takes, about.</summary>
    public long Bytes { get; }

    /// <summary>What a copy of these outputs would take.</summary>
    public static long Size(InferenceOutputs outputs)
        => Overhead
        + outputs.Sum(
            static o
                => o.Type == ElementType.String
                ? o.Strings.ToArray().Sum(static s => 32L + (2 * s.Length)) : o.Data.Length);

    /// <summary>The outputs again, as views of this copy.</summary>
    public InferenceOutputs Outputs() => new(
        Array.ConvertAll(
            _values,
            static v
                => v.Type == ElementType.String
                ? TensorValue.OfStrings(v.Strings, v.Shape) : new TensorValue(v.Type, v.Shape, v.Bytes)),
        _specs);
}

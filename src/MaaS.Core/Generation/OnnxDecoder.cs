using MaaS.Onnx.Inference;


namespace MaaS.Core.Generation;

/// <summary>A language model in ONNX that takes the keys and values of earlier tokens as inputs and gives them back
/// longer.</summary>
/// <remarks>
/// Inputs <c>input_ids</c> (B, T) int64, and for each layer <c>past_key_values.N.key</c> and
/// <c>past_key_values.N.value</c> (B, H, P, D); outputs <c>logits</c>, whose last row belongs to the last token,
/// <c>present.N.key</c> and
/// <c>present.N.value</c> (B, H, P + T, D). Sessions may run at the same time.
/// </remarks>
public sealed class OnnxDecoder : IDisposable
{
    /// <summary>Name of the input with the new tokens.</summary>
    public const string InputIds = "input_ids";

    /// <summary>Name of the input that tells tokens from the padding on their left.</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>Name of the input with the places of the new tokens in their rows.</summary>
    public const string PositionIds = "position_ids";

    /// <summary>Name of the output with the logits.</summary>
    public const string Logits = "logits";

    private readonly InferenceModel _model;

    /// <summary>A decoder over a model.</summary>
    /// <param name="model">Owned by the decoder from now on.</param>
    /// <param name="maxLength">Longest sequence in tokens, at least 1: the number of positions that it was made
    /// with.</param>
    /// <exception cref="ArgumentException">The model has other inputs or outputs; it stays the caller's
    /// then.</exception>
    public OnnxDecoder(InferenceModel model, long maxLength)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        Layers = (model.Inputs.Count - 1) / 2;
        string[] inputs = [
            InputIds, .. Enumerable.Range(0, Layers).SelectMany(static n => new[] { PastKey(n), PastValue(n) })];
        string[] outputs = [
            Logits, .. Enumerable.Range(0, Layers).SelectMany(static n => new[] { PresentKey(n), PresentValue(n) })];
        if (Layers < 1 || !model.Inputs.Select(static i => i.Name).SequenceEqual(inputs)
            || !model.Outputs.Select(static o => o.Name).SequenceEqual(outputs)
            || model.Inputs.Skip(1).Any(static p => p.Shape is not [_, > 0, _, > 0] || p.Type != ElementType.Float32))
        {
            throw new ArgumentException(
                $"{model.Name}: expected a decoder with a float32 cache, inputs [{InputIds}, {PastKey(0)} (B,H,P,D), "
                    + $"{PastValue(0)}, …] and outputs "
                + $"[{Logits}, {PresentKey(0)}, {PresentValue(0)}, …], got [{string.Join("; ", model.Inputs)}] and "
                + $"[{string.Join("; ", model.Outputs)}].", nameof(model));
        }

        _model = model;
        MaxLength = maxLength;
    }

    /// <summary>Number of layers with a cache.</summary>
    public int Layers { get; }

    /// <summary>Longest sequence in tokens.</summary>
    public long MaxLength { get; }

    /// <summary>Name of the input with the earlier keys of a layer.</summary>
    public static string PastKey(int layer) => $"past_key_values.{layer}.key";

    /// <summary>Name of the input with the earlier values of a layer.</summary>
    public static string PastValue(int layer) => $"past_key_values.{layer}.value";

    /// <summary>Name of the output with all keys of a layer.</summary>
    public static string PresentKey(int layer) => $"present.{layer}.key";

    /// <summary>Name of the output with all values of a layer.</summary>
    public static string PresentValue(int layer) => $"present.{layer}.value";

    /// <summary>Begins a text; the caller disposes the session, which must not outlive the decoder.</summary>
    public IDecoderSession Start() => new Session(this);

    /// <summary>Frees the model; steps under way finish first.</summary>
    public void Dispose() => _model.Dispose();

    private sealed class Session(OnnxDecoder decoder) : IDecoderSession
    {
        private InferenceOutputs? _last;

        public long MaxLength => decoder.MaxLength;

        public long Length { get; private set; }

        public ReadOnlyMemory<float> Append(ReadOnlySpan<long> tokens, CancellationToken cancellationToken = default)
        {
            if (tokens.IsEmpty || tokens.Length > MaxLength - Length)
            {
                throw new ArgumentException(
                    $"{decoder._model.Name}: expected 1 to {MaxLength - Length} tokens, got {tokens.Length}.",
                    nameof(tokens));
            }

            var ids = TensorValue.Of(tokens.ToArray(), 1, tokens.Length);
            var outputs = decoder._model.Run(
                [ids, .. _last is null ? decoder._model.Inputs.Skip(1).Select(Empty) : _last.Skip(1)], null,
                cancellationToken);
            _last?.Dispose();
            _last = outputs;
            Length += tokens.Length;
            var vocabulary = (int)outputs[0].Shape[^1];
            return outputs[0].AsSpan<float>()[^vocabulary..].ToArray();
        }

        public void Dispose() => _last?.Dispose();

        private static TensorValue Empty(TensorSpec past)
            => TensorValue.Of(Array.Empty<float>(), 1, past.Shape[1], 0, past.Shape[3]);
    }
}

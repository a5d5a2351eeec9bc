using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using MaaS.Core.Generation.Adapters;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation;

/// <summary>A language model in ONNX in the form of the common exporters: tokens, a mask, positions and the keys and
/// values of earlier tokens in; logits and all keys and values out.</summary>
/// <remarks>
/// Inputs by name: <c>input_ids</c> (B, T) int64, <c>attention_mask</c> (B, P + T) int64 with 0 for padding, which
/// stands left; <c>position_ids</c> (B, T) int64, <c>use_cache_branch</c> (1) bool and <c>num_logits_to_keep</c>
/// (scalar) int64 where the model has them; for each layer N <c>past_key_values.N.key</c> and <c>.value</c> (B, H, P,
/// D) of float32 or float16. Outputs:
/// <c>logits</c> (B, T, V) of float32 or float16, <c>present.N.key</c> and <c>.value</c> (B, H, P + T, D).
/// </remarks>
public sealed class DecoderGraph : IDisposable
{
    private const string CacheBranch = "use_cache_branch";

    private readonly InferenceModel _model;
    private readonly string[] _outputs;

    /// <summary>A decoder over a model.</summary>
    /// <param name="model">Owned by the decoder from now on.</param>
    /// <exception cref="ArgumentException">The model has other inputs or outputs; it stays the caller's
    /// then.</exception>
    public DecoderGraph(InferenceModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Layers = model.Inputs.Count(static i => i.Name.StartsWith("past_key_values.", StringComparison.Ordinal)) / 2;
        var caches = Enumerable.Range(0, Layers).SelectMany(
            static n => new[] { OnnxDecoder.PastKey(n), OnnxDecoder.PastValue(n) }).ToArray();
        _outputs = [
            OnnxDecoder.Logits,
            .. Enumerable.Range(0, Layers)
                .SelectMany(static n => new[] { OnnxDecoder.PresentKey(n), OnnxDecoder.PresentValue(n) })];
        var names = model.Inputs.ToDictionary(static i => i.Name);
        if (Obstacle(model, names, caches) is { } obstacle)
        {
            throw new ArgumentException(
                $"{model.Name}: expected a decoder with inputs {OnnxDecoder.InputIds}, {OnnxDecoder.AttentionMask}, "
                    + $"{OnnxDecoder.PositionIds} (or none), "
                + $"{OnnxDecoder.PastKey(0)} (B,H,P,D), {OnnxDecoder.PastValue(0)}, … and outputs "
                + $"{OnnxDecoder.Logits} (B,T,V), {OnnxDecoder.PresentKey(0)}, {OnnxDecoder.PresentValue(0)}, …; "
                + $"{obstacle}.", nameof(model));
        }

        _model = model;
        AdapterLayers = names.Keys.Where(static n => n.EndsWith(AdapterInputs.Down, StringComparison.Ordinal))
            .ToDictionary(
                static n => n[..^AdapterInputs.Down.Length],
                n => ((int)names[n].Shape[1],
                    (int)names[n[..^AdapterInputs.Down.Length] + AdapterInputs.Up].Shape[2]));
        var cache = names[caches[0]];
        (Heads, HeadSize, CacheType) = ((int)cache.Shape[1], (int)cache.Shape[3], cache.Type);
    }

    /// <summary>What errors call the model.</summary>
    public string Name => _model.Name;

    /// <summary>Number of layers with a cache.</summary>
    public int Layers { get; }

    /// <summary>Number of heads of keys and values.</summary>
    public int Heads { get; }

    /// <summary>Numbers of a head's key or value.</summary>
    public int HeadSize { get; }

    /// <summary>Type of the keys and values, float32 or float16.</summary>
    public ElementType CacheType { get; }

    /// <summary>Layers that adapters may change, with the sizes of what goes in and comes out.</summary>
    internal IReadOnlyDictionary<string, (int In, int Out)> AdapterLayers { get; }

    /// <summary>Bytes of the keys and values of one token.</summary>
    public int BytesPerToken => 2 * Layers * Heads * HeadSize * CacheType.Size();

    /// <summary>Whether a model has what this class needs.</summary>
    public static bool Fits(InferenceModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Inputs.Any(static i => i.Name == OnnxDecoder.AttentionMask);
    }

    /// <summary>Finds out whether the model computes each text by itself, whatever stands beside and left of
    /// it.</summary>
    /// <returns>Why texts may not share a run; null when they may.</returns>
    public string? RowObstacle() => RowCheck.Obstacle(this);

    /// <summary>Finds out whether the model sees masked places within a text, as wrong guesses leave them.</summary>
    /// <returns>Why a draft model may not guess for it; null when it may.</returns>
    public string? DraftObstacle() => RowCheck.HoleObstacle(this);

    /// <summary>Begins a text by itself; the caller disposes the session, which must not outlive the graph.</summary>
    /// <param name="maxLength">The model's longest sequence in tokens.</param>
    public IDecoderSession Start(long maxLength) => new GraphSession(this, maxLength);

    /// <summary>Runs tokens of several rows.</summary>
    /// <param name="rows">B.</param>
    /// <param name="ids">B × T tokens.</param>
    /// <param name="mask">B × (P + T), 1 for tokens and 0 for padding.</param>
    /// <param name="positions">B × T; of padding any.</param>
    /// <param name="past">Keys and values of the layers in turn, each (B, H, P, D).</param>
    /// <param name="adapters">Matrices for the rows; null for no adapters.</param>
    /// <param name="logitsToKeep">Of how many last tokens logits are of use, 0 for all; a model may give more.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>Logits, then keys and values of the layers in turn; the caller disposes them.</returns>
    /// <exception cref="InferenceException">The model failed.</exception>
    internal InferenceOutputs Run(
        int rows, long[] ids, long[] mask, long[] positions, IReadOnlyList<TensorValue> past,
        AdapterTensors? adapters = null, long logitsToKeep = 1, CancellationToken cancellationToken = default)
    {
        var inputs = new TensorValue[_model.Inputs.Count];
        var length = ids.Length / rows;
        if (adapters is null && AdapterLayers.Count > 0)
        {
            adapters = new AdapterTensors(AdapterLayers);
            adapters.Take([null]);
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            var name = _model.Inputs[i].Name;
            inputs[i] = name switch
            {
                OnnxDecoder.InputIds => TensorValue.Of(ids, rows, length),
                OnnxDecoder.AttentionMask => TensorValue.Of(mask, rows, mask.Length / rows),
                OnnxDecoder.PositionIds => TensorValue.Of(positions, rows, length),
                CacheBranch => TensorValue.Of((bool[])[true], 1),
                LogitsToKeep.InputName => TensorValue.Of(
                    (long[])[logitsToKeep], _model.Inputs[i].Shape.Count == 0 ? [] : [1]),
                _ when IsAdapter(name) => adapters![name],
                _ => past[PastIndex(name)],
            };
        }

        return _model.Run(inputs, _outputs, cancellationToken);
    }

    /// <summary>Logits of one of a row's last tokens.</summary>
    /// <param name="outputs">Of <see cref="Run"/>.</param>
    /// <param name="row">From 0.</param>
    /// <param name="converted">Memory for logits that are no float32 yet.</param>
    /// <param name="fromEnd">0 for the last token, 1 for the one before.</param>
    internal static ReadOnlySpan<float> LastLogits(
        InferenceOutputs outputs, int row, ref float[] converted, int fromEnd = 0)
        => Logits(outputs, row, (int)outputs[0].Shape[1] - 1 - fromEnd, ref converted);

    /// <summary>Logits of a token of a row.</summary>
    /// <param name="outputs">Of <see cref="Run"/>.</param>
    /// <param name="row">From 0.</param>
    /// <param name="token">From 0.</param>
    /// <param name="converted">Memory for logits that are no float32 yet.</param>
    internal static ReadOnlySpan<float> Logits(InferenceOutputs outputs, int row, int token, ref float[] converted)
    {
        var logits = outputs[0];
        var (length, vocabulary) = ((int)logits.Shape[1], (int)logits.Shape[2]);
        var begin = checked(((row * length) + token) * vocabulary);
        if (logits.Type == ElementType.Float32)
        {
            return logits.AsSpan<float>().Slice(begin, vocabulary);
        }

        if (converted.Length < vocabulary)
        {
            converted = new float[vocabulary];
        }

        TensorPrimitives.ConvertToSingle(
            MemoryMarshal.Cast<ushort, Half>(logits.AsSpan<ushort>().Slice(begin, vocabulary)), converted);
        return converted.AsSpan(0, vocabulary);
    }

    /// <summary>Number of tokens that it gives logits of, found out by a run.</summary>
    internal long CountVocabulary()
    {
        using var outputs = Run(1, [0], [1], [0], EmptyCache(1));
        return outputs[0].Shape[^1];
    }

    /// <summary>Says where a model has fewer positions than another.</summary>
    /// <exception cref="ArgumentException">It does not take the last position of such a sequence.</exception>
    internal void ThrowIfShorter(long length)
    {
        try
        {
            Run(1, [0], [1], [length - 1], EmptyCache(1)).Dispose();
        }
        catch (InferenceException e)
        {
            throw new ArgumentException(
                $"{Name}: expected sequences of {length} tokens, but the last position fails: {e.Message}", e);
        }
    }

    /// <summary>Says where an adapter does not fit.</summary>
    /// <exception cref="ArgumentException">The network has no inputs for one of its layers, or of other
    /// sizes.</exception>
    internal void ThrowIfUnfit(AdapterWeights adapter)
    {
        foreach (var layer in adapter.Layers)
        {
            var matrices = adapter.Layer(layer)!;
            if (!AdapterLayers.TryGetValue(layer, out var sizes) || sizes != (matrices.In, matrices.Out))
            {
                throw new ArgumentException(
                    $"{Name}: adapter '{adapter.Name}' has a layer '{layer}' of {matrices.In} to {matrices.Out}, "
                    + $"expected one of {(AdapterLayers.Count == 0 ? "none" : string.Join(
                        ", ", AdapterLayers.Select(static l => $"'{l.Key}' of {l.Value.In} to {l.Value.Out}")))}.");
            }
        }
    }

    /// <summary>Keys and values of no tokens.</summary>
    internal TensorValue[] EmptyCache(int rows)
        => [.. Enumerable.Range(0, 2 * Layers).Select(
            _ => new TensorValue(CacheType, [rows, Heads, 0, HeadSize], ReadOnlyMemory<byte>.Empty))];

    /// <summary>Frees the model; steps under way finish first.</summary>
    public void Dispose() => _model.Dispose();

    private static bool IsAdapter(string name)
        => name.EndsWith(AdapterInputs.Down, StringComparison.Ordinal)
            || name.EndsWith(AdapterInputs.Up, StringComparison.Ordinal);

    // past_key_values.3.value is the eighth.
    private static int PastIndex(string name)
    {
        var parts = name.Split('.');
        return (2 * int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture))
            + (parts[2] == "value" ? 1 : 0);
    }

    private string? Obstacle(InferenceModel model, Dictionary<string, TensorSpec> inputs, string[] caches)
    {
        bool Is(string name, int rank, params ReadOnlySpan<ElementType> types)
            => inputs.TryGetValue(name, out var spec) && spec.Shape.Count == rank && types.Contains(spec.Type);
        if (Layers == 0 || !Is(OnnxDecoder.InputIds, 2, ElementType.Int64)
            || !Is(OnnxDecoder.AttentionMask, 2, ElementType.Int64)
            || (inputs.ContainsKey(OnnxDecoder.PositionIds) && !Is(OnnxDecoder.PositionIds, 2, ElementType.Int64))
            || (inputs.ContainsKey(CacheBranch) && !Is(CacheBranch, 1, ElementType.Bool))
            || (inputs.ContainsKey(LogitsToKeep.InputName) && !Is(LogitsToKeep.InputName, 0, ElementType.Int64)
                && !Is(LogitsToKeep.InputName, 1, ElementType.Int64)))
        {
            return $"got inputs [{string.Join("; ", model.Inputs)}]";
        }

        var other = inputs.Keys.Except(
            [OnnxDecoder.InputIds, OnnxDecoder.AttentionMask, OnnxDecoder.PositionIds, CacheBranch,
                LogitsToKeep.InputName, .. caches]).Where(static n => !IsAdapter(n)).ToArray();
        if (other.Length > 0 || caches.Except(inputs.Keys).Any())
        {
            return $"got the inputs [{string.Join(", ", inputs.Keys)}]";
        }

        var first = inputs[caches[0]];
        if (first.Shape is not [_, > 0, _, > 0] || first.Type is not (ElementType.Float32 or ElementType.Float16)
            || caches.Any(c => inputs[c].Type != first.Type || inputs[c].Shape is not [_, var heads, _, var size]
                || heads != first.Shape[1] || size != first.Shape[3]))
        {
            return $"got caches [{string.Join("; ", caches.Select(c => inputs[c]))}]";
        }

        var logits = model.Outputs.FirstOrDefault(static o => o.Name == OnnxDecoder.Logits);
        return _outputs.Except(model.Outputs.Select(static o => o.Name)).Any()
            || logits is not { Shape: [_, _, _], Type: ElementType.Float32 or ElementType.Float16 }
            ? $"got outputs [{string.Join("; ", model.Outputs)}]" : null;
    }
}

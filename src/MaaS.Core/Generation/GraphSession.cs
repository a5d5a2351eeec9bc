using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation;

/// <summary>One text by itself over a <see cref="DecoderGraph"/>.</summary>
/// <param name="graph">Outlives the session.</param>
/// <param name="maxLength">Longest sequence in tokens.</param>
internal sealed class GraphSession(DecoderGraph graph, long maxLength) : IDecoderSession
{
    private InferenceOutputs? _last;
    private TensorValue[] _past = graph.EmptyCache(1);
    private float[] _converted = [];

    public long MaxLength => maxLength;

    public long Length { get; private set; }

    public ReadOnlyMemory<float> Append(ReadOnlySpan<long> tokens, CancellationToken cancellationToken = default)
    {
        if (tokens.IsEmpty || tokens.Length > MaxLength - Length)
        {
            throw new ArgumentException(
                $"{graph.Name}: expected 1 to {MaxLength - Length} tokens, got {tokens.Length}.", nameof(tokens));
        }

        var (mask, positions) = (new long[Length + tokens.Length], new long[tokens.Length]);
        mask.AsSpan().Fill(1);
        for (var i = 0; i < positions.Length; i++)
        {
            positions[i] = Length + i;
        }

        var outputs = graph.Run(
            1, tokens.ToArray(), mask, positions, _past, cancellationToken: cancellationToken);
        _last?.Dispose();
        _last = outputs;
        _past = [.. outputs.Skip(1)];
        Length += tokens.Length;
        return DecoderGraph.LastLogits(outputs, 0, ref _converted).ToArray();
    }

    /// <summary>Takes the last tokens back.</summary>
    /// <param name="length">Tokens that stay.</param>
    public void Rewind(long length)
    {
        _past = [.. _past.Select(p => Cut(p, (int)length))];
        _last?.Dispose();
        _last = null;
        Length = length;
    }

    public void Dispose() => _last?.Dispose();

    // (1, H, P, D) to (1, H, length, D).
    private static TensorValue Cut(TensorValue past, int length)
    {
        var (heads, before, size) = ((int)past.Shape[1], (int)past.Shape[2], (int)past.Shape[3]);
        var bytes = size * past.Type.Size();
        var cut = new byte[heads * length * bytes];
        for (var head = 0; head < heads; head++)
        {
            past.Data.Span.Slice(head * before * bytes, length * bytes).CopyTo(cut.AsSpan(head * length * bytes));
        }

        return new TensorValue(past.Type, [1, heads, length, size], cut);
    }
}

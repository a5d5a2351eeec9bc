using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation;

/// <summary>One text by itself over a <see cref="DecoderGraph"/>.</summary>
/// <param name="graph">Outlives the session.</param>
/// <param name="maxLength">Longest sequence in tokens.</param>
internal sealed class GraphSession(DecoderGraph graph, long maxLength) : IDecoderSession
{
    private InferenceOutputs? _last;
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
            1, tokens.ToArray(), mask, positions, _last is null ? graph.EmptyCache(1) : [.. _last.Skip(1)],
            cancellationToken: cancellationToken);
        _last?.Dispose();
        _last = outputs;
        Length += tokens.Length;
        return DecoderGraph.LastLogits(outputs, 0, ref _converted).ToArray();
    }

    public void Dispose() => _last?.Dispose();
}

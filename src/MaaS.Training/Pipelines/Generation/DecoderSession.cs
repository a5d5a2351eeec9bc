using MaaS.Core.Generation;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines.Generation;

/// <summary>One text that a <see cref="CausalLanguageModel"/> writes, with the keys and values of its tokens so
/// far.</summary>
internal sealed class DecoderSession(CausalLanguageModel model) : IDecoderSession
{
    private readonly KeyValueCache[] _caches = [
        .. Enumerable.Range(0, model.Layers).Select(static _ => new KeyValueCache())];

    public long MaxLength => model.MaxLength;

    public long Length => _caches[0].Length;

    public ReadOnlyMemory<float> Append(ReadOnlySpan<long> tokens, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var token in tokens)
        {
            if (token < 0 || token >= model.Vocabulary)
            {
                throw new ArgumentException(
                    $"{model.GetType().Name}: expected tokens from 0 to {model.Vocabulary - 1}, got {token}; the "
                        + $"tokenizer "
                        + "belongs to another model.", nameof(tokens));
            }
        }

        if (tokens.IsEmpty || tokens.Length > MaxLength - Length)
        {
            throw new ArgumentException(
                $"{model.GetType().Name}: expected 1 to {MaxLength - Length} tokens, got {tokens.Length}.",
                nameof(tokens));
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var ids = tensor(tokens.ToArray(), [1, tokens.Length], device: model.parameters().First().device);
        return model.Step(ids, _caches).to(ScalarType.Float32).cpu().data<float>().ToArray();   // (1, V)
    }

    public void Dispose()
    {
        foreach (var cache in _caches)
        {
            cache.Dispose();
        }
    }
}

using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution.Caching;

/// <summary>Answers what was asked before from memory. For models that give equal answers to equal inputs.</summary>
/// <param name="next">Computes the rest.</param>
/// <param name="maxBytes">Most bytes of answers that are kept; the least recently used go first.</param>
internal sealed class CachingRunner(IModelRunner next, long maxBytes) : IModelRunner
{
    private readonly ResponseCache _cache = new(maxBytes);

    public int? Instances
    {
        get => next.Instances;
        set => next.Instances = value;
    }

    public async ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        var key = RequestHash.Of(request);
        if (_cache.TryGet(key) is { } known)
        {
            request.Timings.IsCacheHit = true;
            return known.Outputs();
        }

        var outputs = await next.RunAsync(request, cancellationToken).ConfigureAwait(false);
        _cache.Add(key, outputs);
        return outputs;
    }

    public void Dispose() => next.Dispose();
}

using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Onnx.Inference;

namespace MaaS.Benchmarks.Generation;

/// <summary>MaaS's engine: texts join and leave the batch at every token.</summary>
internal sealed class EngineWay(DecoderFolder folder) : ITextWay
{
    private readonly GenerationEngine _engine = new(
        new DecoderGraph(InferenceModel.Load(folder.Network)), DecoderFolder.MaxLength);

    public string Name => "MaaS, continuous batches";

    public IAsyncEnumerable<long> WriteAsync(long[] prompt, int count)
        => _engine.GenerateAsync(prompt, new() { MaxNewTokens = count }).Select(static t => t.Id);

    public void Dispose() => _engine.Dispose();
}

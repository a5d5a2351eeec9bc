using MaaS.Core.Generation;
using MaaS.Onnx.Inference;

namespace MaaS.Benchmarks.Generation;

/// <summary>One session a text; a step of one thread on each core, texts taking turns.</summary>
internal sealed class TurnsWay(DecoderFolder folder) : ITextWay
{
    private readonly DecoderGraph _graph = new(
        InferenceModel.Load(folder.Network, new InferenceOptions { IntraOpThreads = 1 }));

    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);

    public string Name => "one session a text, in turns";

    public async IAsyncEnumerable<long> WriteAsync(long[] prompt, int count)
    {
        using var session = _graph.Start(DecoderFolder.MaxLength);
        using var tokens = TokenGenerator.Generate(session, prompt, new() { MaxNewTokens = count }).GetEnumerator();
        while (await StepAsync(tokens))
        {
            yield return tokens.Current.Id;
        }
    }

    public void Dispose()
    {
        _graph.Dispose();
        _cores.Dispose();
    }

    private async Task<bool> StepAsync(IEnumerator<GeneratedToken> tokens)
    {
        await _cores.WaitAsync();
        try
        {
            return await Task.Run(tokens.MoveNext);
        }
        finally
        {
            _cores.Release();
        }
    }
}

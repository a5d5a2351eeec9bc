using System.Threading.Channels;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace MaaS.Benchmarks.Generation;

/// <summary>ONNX Runtime GenAI's Generator: what waits makes a batch, which runs to the end of its longest text before
/// the next begins.</summary>
internal sealed class GenAIWay : ITextWay
{
    private const int MaxRows = 16;

    private readonly Model _model;
    private readonly Channel<Request> _waiting = Channel.CreateUnbounded<Request>();
    private readonly Thread _thread;

    public GenAIWay(DecoderFolder folder)
    {
        _model = new Model(folder.GenAI);
        _thread = new Thread(Work) { IsBackground = true };
        _thread.Start();
    }

    public string Name => "GenAI, static batches";

    public async IAsyncEnumerable<long> WriteAsync(long[] prompt, int count)
    {
        var request = new Request(prompt, count, Channel.CreateUnbounded<long>());
        _waiting.Writer.TryWrite(request);
        await foreach (var token in request.Tokens.Reader.ReadAllAsync())
        {
            yield return token;
        }
    }

    public void Dispose()
    {
        _waiting.Writer.Complete();
        _thread.Join();
        _model.Dispose();
    }

    private void Work()
    {
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            List<Request> batch = [];
            while (batch.Count < MaxRows && _waiting.Reader.TryRead(out var request))
            {
                batch.Add(request);
            }

            Run(batch);
        }
    }

    private void Run(List<Request> batch)
    {
        var length = batch.Max(static r => r.Prompt.Length);
        var count = batch.Max(static r => r.Count);
        using var parameters = new GeneratorParams(_model);
        parameters.SetSearchOption("batch_size", batch.Count);
        parameters.SetSearchOption("max_length", length + count);
        using var generator = new Generator(_model, parameters);

        // Right of shorter prompts stands the padding token, which GenAI masks.
        int[] ids = [
            .. batch.SelectMany(r => r.Prompt.Select(static t => (int)t)
                .Concat(Enumerable.Repeat(DecoderFolder.Padding, length - r.Prompt.Length)))];
        generator.AppendTokens(ids);
        for (var step = 0; step < count; step++)
        {
            generator.GenerateNextToken();
            var next = generator.GetNextTokens();
            for (var row = 0; row < batch.Count; row++)
            {
                if (step < batch[row].Count)
                {
                    batch[row].Tokens.Writer.TryWrite(next[row]);
                }

                if (step == batch[row].Count - 1)
                {
                    batch[row].Tokens.Writer.Complete();
                }
            }
        }
    }

    private sealed record Request(long[] Prompt, int Count, Channel<long> Tokens);
}

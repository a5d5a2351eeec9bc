using System.Threading.Channels;
using Grpc.Core;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Grpc.Schema;

namespace MaaS.Serving.Grpc;

/// <summary>
/// <c>ModelStreamInfer</c>: requests run side by side, so that they can share batches; answers come in the order of the
/// requests, and one that fails leaves the stream open for the others.
/// </summary>
internal sealed class GrpcInferStream(
    GrpcInference inference, RequestContextFactory contexts, GrpcFailures failures)
{
    // Requests of a stream that run at the same time: enough to fill a batch, few enough to bound what a client can
    // hold.
    private const int Width = 64;

    public async Task RunAsync(
        IAsyncStreamReader<ModelInferRequest> requests, IServerStreamWriter<ModelStreamInferResponse> responses,
        GrpcCall call)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        var running = Channel.CreateBounded<Task<Answer>>(Width);
        var reading = ReadAsync();
        try
        {
            await foreach (var next in running.Reader.ReadAllAsync(call.CancellationToken).ConfigureAwait(false))
            {
                using var answer = await next.ConfigureAwait(false);
                await responses.WriteAsync(answer.Message, call.CancellationToken).ConfigureAwait(false);
            }

            await reading.ConfigureAwait(false);
        }
        finally
        {
            // The stream broke: nobody will read what still runs.
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (running.Reader.TryRead(out var left))
            {
                using var answer = await left.ConfigureAwait(false);
            }
        }

        async Task ReadAsync()
        {
            try
            {
                while (await requests.MoveNext(stop.Token).ConfigureAwait(false))
                {
                    await StartAsync(requests.Current).ConfigureAwait(false);
                }
            }
            finally
            {
                running.Writer.Complete();
            }
        }

        async Task StartAsync(ModelInferRequest request)
        {
            var answer = AnswerAsync(request, call, stop.Token);
            try
            {
                await running.Writer.WriteAsync(answer, stop.Token).ConfigureAwait(false);
            }
            catch
            {
                // The stream broke while this one waited for its place: nobody else has it.
                using var left = await answer.ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task<Answer> AnswerAsync(
        ModelInferRequest request, GrpcCall call, CancellationToken cancellationToken)
    {
        try
        {
            var client = contexts.OfMessage(call.Http, call.Client, call.Deadline);
            var answer = await inference.RunAsync(request, client, cancellationToken).ConfigureAwait(false);
            return new Answer(new ModelStreamInferResponse { InferResponse = answer.Message }, answer);
        }
        catch (Exception e)
        {
            var message = cancellationToken.IsCancellationRequested
                ? "the stream has ended" : failures.MessageOf(e, call.Http);
            return new Answer(
                new ModelStreamInferResponse
                {
                    ErrorMessage = message,
                    InferResponse = new ModelInferResponse { ModelName = request.ModelName, Id = request.Id },
                },
                null);
        }
    }

    /// <summary>An answer in a stream and what must live until it is sent.</summary>
    private sealed class Answer(ModelStreamInferResponse message, IDisposable? owner) : IDisposable
    {
        public ModelStreamInferResponse Message { get; } = message;

        public void Dispose() => owner?.Dispose();
    }
}

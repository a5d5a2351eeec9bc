using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Generation;

/// <summary>
/// One text in the making, from the lease on its model until the last piece is written: dispose it then.
/// </summary>
internal sealed class GenerationCall(
    ModelLease lease,
    GenerationRunner runner,
    GenerateRequest request,
    RequestContext client,
    GenerationMetrics metrics,
    TokenAccounts accounts) : IDisposable
{
    private int _tokens;

    /// <summary>Generates the text.</summary>
    /// <param name="receive">Gets each piece; the next is computed when it is done with it.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="RequestException">429: the caller's tokens are used up.</exception>
    /// <inheritdoc
    /// cref="GenerationRunner.RunAsync(IReadOnlyList{long}, GenerationOptions, RequestContext, CancellationToken)"
    /// path="/exception"/>
    public async Task RunAsync(Func<GeneratedText, Task> receive, CancellationToken cancellationToken)
    {
        var prompt = runner.Encode(request.Prompt);
        using var account = accounts.Open(lease.Model, client, prompt.Length, texts: 1);
        var measurement = metrics.Begin(lease.Model);
        Exception? failure = null;
        try
        {
            await foreach (
                var piece in runner.RunAsync(
                    prompt, request.Options, client, cancellationToken).ConfigureAwait(false))
            {
                _tokens++;
                measurement.Count();
                account.Add();
                await receive(piece).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            measurement.End(failure);
        }
    }

    /// <summary>Writes the members of an answer or event.</summary>
    /// <param name="writer">Within an object.</param>
    /// <param name="text">What was generated.</param>
    /// <param name="finish">Why the text has ended; <see cref="FinishReason.None"/> while it has not.</param>
    public void Write(Utf8JsonWriter writer, string text, FinishReason finish)
    {
        writer.WriteString("model_name"u8, lease.Model.Name);
        writer.WriteString("model_version"u8, lease.Model.Version.ToString(provider: null));
        if (request.Id is { } id)
        {
            writer.WriteString("id"u8, id);
        }

        writer.WriteString("text_output"u8, text);
        if (finish != FinishReason.None)
        {
            writer.WriteString("finish_reason"u8, finish == FinishReason.Stop ? "stop"u8 : "length"u8);
            writer.WriteNumber("tokens"u8, _tokens);
        }
    }

    public void Dispose() => lease.Dispose();
}

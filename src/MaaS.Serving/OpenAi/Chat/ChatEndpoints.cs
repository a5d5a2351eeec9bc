using MaaS.Onnx.Inference;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using MaaS.Serving.OpenAi.Completions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary><c>POST /v1/chat/completions</c>: the next message of a conversation.</summary>
internal sealed class ChatEndpoints(OpenAiCalls calls, TextRuns runs, ServingEndpoint endpoint) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
        => endpoints.MapOpenAi("/v1/chat/completions", endpoint, AnswerAsync);

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await calls.ReadAsync(context, ChatRequest.Read).ConfigureAwait(false);
        using var call = await calls.BeginAsync(context, request.Settings.Model).ConfigureAwait(false);
        var runner = LanguageModel.RunnerOf(call.Model);
        var settings = request.Settings.With(call.Adapter);
        var prompt = Prompt(call.Model, runner, request);
        var jobs = settings.Jobs(runner, [prompt], "messages", request.LimitParameter);
        var account = call.Charge(prompt.Length, jobs.Length);
        // A form may take seconds to make and waits for others: that is for those who have paid for the prompt.
        var form = await AnswerForm.OfAsync(request, runner, context.RequestAborted).ConfigureAwait(false);
        var pieces = runs.RunAsync(
            call.Model, runner, form.Apply(jobs), call.Client, account, context.RequestAborted);
        var texts = new TokenTexts(runner.Tokenizer);
        var answer = new ChatAnswer(
            call, prompt.Length, [.. jobs.Select(job => texts.Answer(job.Prompt))], form, texts)
        {
            HasLogProbabilities = settings.Options.TopLogProbabilities is not null,
            IncludesUsage = settings.IncludesUsage,
        };
        if (settings.IsStream)
        {
            var stream = new ChatStream(context, answer, form, jobs.Length);
            await TextStream.SendAsync(context, endpoint, () => stream.SendAsync(pieces)).ConfigureAwait(false);
            return;
        }

        await foreach (var (index, piece) in pieces.ConfigureAwait(false))
        {
            answer.Choices[index].Add(piece);
        }

        await JsonAnswer.WriteAsync(context, answer.Write).ConfigureAwait(false);
    }

    private static long[] Prompt(ServedModel model, GenerationRunner runner, ChatRequest request)
    {
        if (model.ChatTemplate is not { } template)
        {
            throw RequestFields.Fault("model", model.ChatFault is { } fault
                ? $"expected a chat template that is supported, '{model.Name}' has another: {fault}"
                : $"expected a model with a chat template, '{model.Name}' has none in its tokenizer_config.json; "
                    + "use /v1/completions");
        }

        try
        {
            return ChatPrompt.Encode(template, runner, request);
        }
        catch (ModelInputException e)
        {
            throw RequestFields.Fault("messages", e.Message);
        }
    }
}

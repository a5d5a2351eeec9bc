using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary><c>POST /v1/completions</c>: texts that go on where prompts end.</summary>
internal sealed class CompletionEndpoints(OpenAiCalls calls, TextRuns runs, ServingEndpoint endpoint) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapOpenAi("/v1/completions", endpoint, AnswerAsync);

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await calls.ReadAsync(context, CompletionRequest.Read).ConfigureAwait(false);
        using var call = await calls.BeginAsync(context, request.Settings.Model).ConfigureAwait(false);
        var runner = LanguageModel.RunnerOf(call.Model);
        var prompts = request.Prompts(runner);
        var jobs = request.Settings.With(call.Adapter).Jobs(runner, prompts, "prompt", "max_tokens");
        var tokens = prompts.Sum(static p => (long)p.Length);
        var account = call.Charge(tokens, jobs.Length);
        var texts = new TokenTexts(runner.Tokenizer);
        var answer = new Answer(call, tokens, [.. jobs.Select(job => texts.Answer(job.Prompt))], texts)
        {
            HasLogProbabilities = request.Settings.Options.TopLogProbabilities is not null,
            ChoicesOfPrompt = request.Settings.Choices,
        };
        var pieces = runs.RunAsync(call.Model, runner, jobs, call.Client, account, context.RequestAborted);
        if (request.Settings.IsStream)
        {
            await TextStream.SendAsync(
                context, endpoint, () => StreamAsync(context, answer, pieces, request.Settings.IncludesUsage))
                .ConfigureAwait(false);
            return;
        }

        await foreach (var (index, piece) in pieces.ConfigureAwait(false))
        {
            answer.Choices[index].Add(piece);
        }

        await JsonAnswer.WriteAsync(context, answer.Write).ConfigureAwait(false);
    }

    private static async Task StreamAsync(
        HttpContext context, Answer answer, IAsyncEnumerable<TextPiece> pieces, bool includesUsage)
    {
        await foreach (var (index, piece) in pieces.ConfigureAwait(false))
        {
            answer.Choices[index].Add(piece);
            if (piece is not { Text.Length: 0, Finish: FinishReason.None, LogProbability: null })
            {
                await EventStream.WriteAsync(
                    context, writer => answer.WritePiece(writer, index, piece, includesUsage))
                    .ConfigureAwait(false);
            }
        }

        if (includesUsage)
        {
            await EventStream.WriteAsync(context, answer.WriteUsage).ConfigureAwait(false);
        }
    }

    /// <summary>The answer, whole or in pieces.</summary>
    private sealed class Answer(OpenAiCall call, long prompt, TextChoice[] choices, TokenTexts texts)
    {
        public TextChoice[] Choices => choices;

        public bool HasLogProbabilities { get; init; }

        public required int ChoicesOfPrompt { get; init; }

        public void Write(Utf8JsonWriter writer)
        {
            WriteHead(writer);
            writer.WriteStartArray("choices"u8);
            for (var i = 0; i < choices.Length; i++)
            {
                WriteChoice(
                    writer, i, choices[i].Text, HasLogProbabilities ? choices[i].Scored : null,
                    choices[i].Finish);
            }

            writer.WriteEndArray();
            TextUsage.Write(writer, prompt, choices, ChoicesOfPrompt);
        }

        public void WritePiece(Utf8JsonWriter writer, int index, GeneratedText piece, bool includesUsage)
        {
            WriteHead(writer);
            writer.WriteStartArray("choices"u8);
            WriteChoice(
                writer, index, piece.Text,
                !HasLogProbabilities ? null : piece.LogProbability is null ? [] : [choices[index].Scored[^1]],
                piece.Finish);
            writer.WriteEndArray();
            if (includesUsage)
            {
                writer.WriteNull("usage"u8);
            }
        }

        public void WriteUsage(Utf8JsonWriter writer)
        {
            WriteHead(writer);
            writer.WriteStartArray("choices"u8);
            writer.WriteEndArray();
            TextUsage.Write(writer, prompt, choices, ChoicesOfPrompt);
        }

        private void WriteHead(Utf8JsonWriter writer)
        {
            writer.WriteString("id"u8, call.Id("cmpl-"));
            writer.WriteString("object"u8, "text_completion"u8);
            writer.WriteNumber("created"u8, call.Created);
            writer.WriteString("model"u8, call.ModelName);
            writer.WriteString("system_fingerprint"u8, call.Fingerprint);
        }

        private void WriteChoice(
            Utf8JsonWriter writer, int index, string text, IReadOnlyList<ScoredToken>? tokens, FinishReason finish)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, index);
            writer.WriteString("text"u8, text);
            texts.WriteCompletion(writer, tokens);
            TextUsage.WriteFinish(writer, finish);
            writer.WriteEndObject();
        }
    }
}

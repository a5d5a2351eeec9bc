using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Generation.Grammars;
using MaaS.Serving.Execution;
using MaaS.Serving.OpenAi.Completions;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>The form that an answer has: any text, a document of a schema, or calls of tools.</summary>
/// <param name="Constraint">Lets only that form come; null for any text.</param>
/// <param name="Tools">What the answer may call; empty for nothing.</param>
/// <param name="MustCall">Whether the answer is a call and nothing else.</param>
/// <param name="IsParallel">Whether an answer may call several tools.</param>
internal sealed record AnswerForm(
    ITokenConstraint? Constraint, IReadOnlyList<ChatTool> Tools, bool MustCall, bool IsParallel)
{
    /// <summary>What the arguments of a call have to follow, by tool: a call with others is none. Empty where the
    /// constraint sees to it, or nobody asks for it.</summary>
    public IReadOnlyDictionary<string, ArgumentSchema> Schemas { get; init; } =
        new Dictionary<string, ArgumentSchema>();

    /// <summary>The form that a request asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="runner">Has the model's tokenizer.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="Faults.RequestException">400: a schema cannot be followed; what it lacks is named.</exception>
    public static async Task<AnswerForm> OfAsync(
        ChatRequest request, GenerationRunner runner, CancellationToken cancellationToken)
    {
        var (tools, mustCall, isParallel) = request.Tools;
        var tokenizer = runner.Tokenizer;
        var constraint = request.Schema is { } schema
                ? await CompileAsync(
                    JsonGrammar.CompileAsync(schema, tokenizer, cancellationToken), request.SchemaParameter)
                    .ConfigureAwait(false)
            : request.IsAnyObject
                ? await CompileAsync(
                    JsonGrammar.AnyObjectAsync(tokenizer, cancellationToken), request.SchemaParameter)
                    .ConfigureAwait(false)
            : mustCall
                ? await CompileAsync(JsonGrammar.ForToolCallAsync(tools, tokenizer, cancellationToken), "tools")
                    .ConfigureAwait(false)
            : null;
        if (constraint is not null && runner.StopTokens.Count == 0)
        {
            throw RequestFields.Fault(
                mustCall ? "tool_choice" : "response_format",
                "expected a model whose package names stop tokens, without which a document cannot end, got one that "
                    + "names none");
        }

        return mustCall ? new AnswerForm(constraint, tools, mustCall, isParallel)
            : await OfToolsAsync(request.Tools, cancellationToken).ConfigureAwait(false) with
            {
                Constraint = constraint,
            };
    }

    /// <summary>Text that may go over to calls.</summary>
    /// <inheritdoc cref="OfAsync" path="/exception"/>
    public static async Task<AnswerForm> OfToolsAsync(ChatTools tools, CancellationToken cancellationToken = default)
        => new(Constraint: null, tools.Tools, MustCall: false, tools.IsParallel)
        {
            Schemas = await CompileAsync(
                ArgumentSchema.ReadAsync(
                    [.. tools.Tools.Where(t => tools.Strict.Contains(t.Name))], cancellationToken),
                "tools").ConfigureAwait(false),
        };

    /// <summary>Whether a call that the model wrote by itself is one that the client takes.</summary>
    public bool Accepts(ChatToolCall call)
        => !Schemas.TryGetValue(call.Name, out var schema) || schema.IsFollowedBy(call.Arguments);

    /// <summary>The texts with the constraint.</summary>
    public TextJob[] Apply(IEnumerable<TextJob> jobs)
        => [.. jobs.Select(j => j with { Options = j.Options with { Constraint = Constraint } })];

    /// <summary>Tells an answer's text and calls.</summary>
    public AnswerReader Reader() => new(this);

    private static async Task<T> CompileAsync<T>(Task<T> compilation, string parameter)
    {
        try
        {
            return await compilation.ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            throw RequestFields.Fault(parameter, e.Message);
        }
    }
}

using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Generation.Grammars;
using MaaS.Serving.Execution;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>The form that an answer has: any text, a document of a schema, or calls of tools.</summary>
/// <param name="Constraint">Lets only that form come; null for any text.</param>
/// <param name="Tools">What the answer may call; empty for nothing.</param>
/// <param name="MustCall">Whether the answer is a call and nothing else.</param>
/// <param name="IsParallel">Whether an answer may call several tools.</param>
internal sealed record AnswerForm(
    ITokenConstraint? Constraint, IReadOnlyList<ChatTool> Tools, bool MustCall, bool IsParallel)
{
    private static readonly JsonElement NoParameters =
        JsonElement.Parse("""{"type":"object","additionalProperties":false}""");

    /// <summary>What the arguments of a call have to follow, by tool: a call with others is none. Empty where the
    /// constraint sees to it, or nobody asks for it.</summary>
    public IReadOnlyDictionary<string, ArgumentSchema> Schemas { get; init; } =
        new Dictionary<string, ArgumentSchema>();

    /// <summary>The form that a request asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="runner">Has the model's tokenizer.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="Faults.RequestException">400: a schema cannot be followed; what it lacks is named.</exception>
    public static AnswerForm Of(ChatRequest request, GenerationRunner runner, CancellationToken cancellationToken)
    {
        var (tools, mustCall, isParallel) = request.Tools;
        ITokenConstraint? constraint = null;
        if (request.Schema is { } schema)
        {
            constraint = Compile(
                () => JsonGrammar.Compile(schema, runner.Tokenizer, cancellationToken), request.SchemaParameter);
        }
        else if (request.IsAnyObject)
        {
            constraint = Compile(
                () => JsonGrammar.AnyObject(runner.Tokenizer, cancellationToken), request.SchemaParameter);
        }
        else if (mustCall)
        {
            constraint = Compile(() => JsonGrammar.ForToolCall(tools, runner.Tokenizer, cancellationToken), "tools");
        }

        if (constraint is not null && runner.StopTokens.Count == 0)
        {
            throw RequestFields.Fault(
                mustCall ? "tool_choice" : "response_format",
                "expected a model whose package names stop tokens, without which a document cannot end, got one that "
                    + "names none");
        }

        return mustCall ? new AnswerForm(constraint, tools, mustCall, isParallel)
            : OfTools(request.Tools, cancellationToken) with { Constraint = constraint };
    }

    /// <summary>Text that may go over to calls.</summary>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static AnswerForm OfTools(ChatTools tools, CancellationToken cancellationToken = default)
        => new(Constraint: null, tools.Tools, MustCall: false, tools.IsParallel)
        {
            Schemas = tools.Tools.Where(t => tools.Strict.Contains(t.Name)).ToDictionary(
                static t => t.Name, t => Compile(() => SchemaOf(t, cancellationToken), "tools"),
                StringComparer.Ordinal),
        };

    /// <summary>Whether a call that the model wrote by itself is one that the client takes.</summary>
    public bool Accepts(ChatToolCall call)
        => !Schemas.TryGetValue(call.Name, out var schema) || schema.IsFollowedBy(call.Arguments);

    /// <summary>The options with the constraint.</summary>
    public GenerationOptions Apply(GenerationOptions options) => options with { Constraint = Constraint };

    /// <summary>Tells an answer's text and calls.</summary>
    public AnswerReader Reader() => new(this);

    private static ArgumentSchema SchemaOf(ChatTool tool, CancellationToken cancellationToken)
    {
        try
        {
            return new ArgumentSchema(tool.Parameters ?? NoParameters, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"tool '{tool.Name}': {e.Message}", e);
        }
    }

    private static T Compile<T>(Func<T> compile, string parameter)
    {
        try
        {
            return compile();
        }
        catch (ArgumentException e)
        {
            throw RequestFields.Fault(parameter, e.Message);
        }
    }
}

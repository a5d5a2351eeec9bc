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
    /// <summary>The form that a request asks for.</summary>
    /// <exception cref="Faults.RequestException">400: a schema cannot be followed; what it lacks is named.</exception>
    public static AnswerForm Of(ChatRequest request, GenerationRunner runner)
    {
        var (tools, mustCall, isParallel) = request.Tools;
        ITokenConstraint? constraint = null;
        if (request.Schema is { } schema)
        {
            constraint = Compile(() => JsonGrammar.Compile(schema, runner.Tokenizer), request.SchemaParameter);
        }
        else if (request.IsAnyObject)
        {
            constraint = Compile(() => JsonGrammar.AnyObject(runner.Tokenizer), request.SchemaParameter);
        }
        else if (mustCall)
        {
            constraint = Compile(() => JsonGrammar.ForToolCall(tools, runner.Tokenizer), "tools");
        }

        if (constraint is not null && runner.StopTokens.Count == 0)
        {
            throw RequestFields.Fault(
                mustCall ? "tool_choice" : "response_format",
                "expected a model whose package names stop tokens, without which a document cannot end, got one that "
                    + "names none");
        }

        return new AnswerForm(constraint, tools, mustCall, isParallel);
    }

    /// <summary>The options with the constraint.</summary>
    public GenerationOptions Apply(GenerationOptions options) => options with { Constraint = Constraint };

    /// <summary>Tells an answer's text and calls.</summary>
    public AnswerReader Reader() => new(this);

    private static ITokenConstraint Compile(Func<ITokenConstraint> compile, string parameter)
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

using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Serving.Execution;

namespace MaaS.Serving.OpenAi.Chat;

/// <summary>The form that an answer has: any text, a document of a schema, or calls of tools.</summary>
/// <param name="Constraint">Lets only that form come; null for any text.</param>
internal sealed record AnswerForm(ITokenConstraint? Constraint)
{
    /// <summary>Whether the answer may be calls, so that its text is read before it is sent.</summary>
    public bool MayCall { get; init; }

    /// <summary>The form that a request asks for.</summary>
    /// <exception cref="Faults.RequestException">400: it cannot be had.</exception>
    public static AnswerForm Of(ChatRequest request, GenerationRunner runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        if (request.Schema is not null)
        {
            throw RequestFields.Fault(request.SchemaParameter, "not done by this server", "unsupported_parameter");
        }

        return request.Tools.Tools.Count == 0 ? new AnswerForm((ITokenConstraint?)null)
            : throw RequestFields.Fault("tools", "not done by this server", "unsupported_parameter");
    }

    /// <summary>The options with the constraint.</summary>
    public GenerationOptions Apply(GenerationOptions options) => options with { Constraint = Constraint };

    /// <summary>An answer's text and calls.</summary>
    /// <param name="text">All of it.</param>
    public (string? Content, IReadOnlyList<ChatToolCall> Calls) Read(string text) => (text, []);
}

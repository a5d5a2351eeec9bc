using System.Globalization;
using System.Text;
using System.Text.Json;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Generation.Grammars.Schemas;
using MaaS.Text;

namespace MaaS.Core.Generation.Grammars;

/// <summary>Rules for tokens under which a model writes JSON: what comes out parses and satisfies a schema, always,
/// when it is not cut off.</summary>
/// <remarks>Documents have no white space but for one space that may follow a colon or a comma; members come in the
/// order of the schema; numbers have at most 15 digits before and behind the point unless the schema's bounds ask for
/// more; nesting is at most <see cref="MaxDepth"/> deep. The rules that were asked for last are remembered with the
/// tokenizer. A text whose rules would hold up others too long ends with a
/// <see cref="Onnx.Inference.ModelInputException"/> from its constraint. docs/chat.md names what is covered.</remarks>
public static class JsonGrammar
{
    /// <summary>Levels of objects and arrays in a document.</summary>
    public const int MaxDepth = 32;

    /// <summary>The rule for a schema's documents.</summary>
    /// <param name="schema">A JSON schema; may be disposed of afterwards.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="cancellationToken">Ends the work, which takes at most a few seconds.</param>
    /// <exception cref="ArgumentException">The schema is damaged, too large or too costly, asks for what is not
    /// covered or for what nothing satisfies, or the vocabulary cannot write its documents; the message names the
    /// place and what it was.</exception>
    public static ITokenConstraint Compile(
        JsonElement schema, Tokenizer tokenizer, CancellationToken cancellationToken = default)
        => CompileAsync(schema, tokenizer, cancellationToken).GetAwaiter().GetResult();

    /// <summary><see cref="Compile"/> that holds no thread of the caller's while it waits and works.</summary>
    /// <inheritdoc cref="Compile"/>
    public static Task<ITokenConstraint> CompileAsync(
        JsonElement schema, Tokenizer tokenizer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return GrammarCompiler.CompileAsync(
            $"schema {Text(schema)}", (merge, budget) => new SchemaReader(schema, merge, budget).Root(), tokenizer,
            cancellationToken);
    }

    /// <summary>The rule for any JSON object.</summary>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ArgumentException">The vocabulary cannot write JSON.</exception>
    public static ITokenConstraint AnyObject(Tokenizer tokenizer, CancellationToken cancellationToken = default)
        => AnyObjectAsync(tokenizer, cancellationToken).GetAwaiter().GetResult();

    /// <summary><see cref="AnyObject"/> that holds no thread of the caller's while it waits and works.</summary>
    /// <inheritdoc cref="AnyObject"/>
    public static Task<ITokenConstraint> AnyObjectAsync(
        Tokenizer tokenizer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return GrammarCompiler.CompileAsync(
            "any object", static (_, _) => new SchemaNode("#") { Types = JsonTypes.Object }, tokenizer,
            cancellationToken);
    }

    /// <summary>The rule for a call of one of several tools: <c>{"name": …, "arguments": …}</c>.</summary>
    /// <param name="tools">At least one, each with a name of its own; a tool without parameters takes an empty
    /// object, and arguments are objects whatever the parameters say.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="cancellationToken">Ends the work, which takes at most a few seconds.</param>
    /// <inheritdoc cref="Compile" path="/exception"/>
    public static ITokenConstraint ForToolCall(
        IReadOnlyList<ChatTool> tools, Tokenizer tokenizer, CancellationToken cancellationToken = default)
        => ForToolCallAsync(tools, tokenizer, cancellationToken).GetAwaiter().GetResult();

    /// <summary><see cref="ForToolCall"/> that holds no thread of the caller's while it waits and works.</summary>
    /// <inheritdoc cref="ForToolCall"/>
    public static Task<ITokenConstraint> ForToolCallAsync(
        IReadOnlyList<ChatTool> tools, Tokenizer tokenizer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tools);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var source = new StringBuilder("tools");
        foreach (var tool in tools)
        {
            var parameters = tool.Parameters is { } given ? Text(given) : "none";
            source.Append(
                CultureInfo.InvariantCulture, $" {tool.Name.Length} {tool.Name} {parameters.Length} {parameters}");
        }

        return GrammarCompiler.CompileAsync(
            source.ToString(), (merge, budget) => ToolCallSchema.Of(tools, merge, budget), tokenizer,
            cancellationToken);
    }

    private static string Text(JsonElement schema) => schema.ValueKind == JsonValueKind.Undefined
        ? throw new ArgumentException("JSON schema: expected a schema, got none.", nameof(schema))
        : schema.GetRawText();
}

using System.Text.Json;
using MaaS.Core.Generation.Grammars;
using MaaS.Core.Generation.Grammars.Schemas;

namespace MaaS.Core.Generation.Chat;

/// <summary>Tells whether what a model wrote by itself follows a JSON schema, by the keywords that
/// <see cref="JsonGrammar"/> covers. Safe for use by many threads.</summary>
public sealed class ArgumentSchema
{
    private static readonly JsonElement NoParameters =
        JsonElement.Parse("""{"type":"object","additionalProperties":false}""");

    private readonly JsonElement _root;
    private readonly SchemaTexts _texts = new();

    /// <summary>Reads a schema.</summary>
    /// <param name="schema">A JSON schema; may be disposed of afterwards.</param>
    /// <param name="cancellationToken">Ends the work, which takes at most a few seconds.</param>
    /// <exception cref="ArgumentException">The schema is damaged, too large or too costly, or asks for what is not
    /// covered; the message names the place.</exception>
    public ArgumentSchema(JsonElement schema, CancellationToken cancellationToken = default)
    {
        _root = schema.Clone();
        CompilePlaces.RunAsync(_root.GetRawText().Length, Check, cancellationToken).GetAwaiter().GetResult();
    }

    private ArgumentSchema(JsonElement schema, CompileBudget budget)
    {
        _root = schema;
        Check(budget);
    }

    /// <summary>Reads the schemas of tools, which together may be as large and as costly as one.</summary>
    /// <param name="tools">Each with a name of its own; one without parameters takes an empty object.</param>
    /// <param name="cancellationToken">Ends the work, which takes at most a few seconds.</param>
    /// <returns>By the tools' names.</returns>
    /// <exception cref="ArgumentException">A schema is damaged or asks for what is not covered, or they are too large
    /// or too costly; the message names the tool and the place.</exception>
    public static async Task<IReadOnlyDictionary<string, ArgumentSchema>> ReadAsync(
        IReadOnlyList<ChatTool> tools, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tools);
        (string Name, JsonElement Schema)[] schemas =
            [.. tools.Select(static t => (t.Name, t.Parameters?.Clone() ?? NoParameters))];
        return schemas.Length == 0 ? new Dictionary<string, ArgumentSchema>()
            : await CompilePlaces.RunAsync(
                schemas.Sum(static s => (long)s.Schema.GetRawText().Length),
                budget => schemas.ToDictionary(
                    static s => s.Name, s => OfTool(s.Name, s.Schema, budget), StringComparer.Ordinal),
                cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a document follows the schema.</summary>
    /// <param name="document">A JSON text.</param>
    /// <returns>False where it is no JSON, or where telling would take too long, as well.</returns>
    public bool IsFollowedBy(string document)
    {
        ArgumentNullException.ThrowIfNull(document);
        try
        {
            using var json = JsonDocument.Parse(document);
            return new SchemaWalk(_root, _texts).Follows(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or SchemaFault)
        {
            // No JSON, half of a surrogate pair, or more steps than a schema may take.
            return false;
        }
    }

    private static ArgumentSchema OfTool(string name, JsonElement schema, CompileBudget budget)
    {
        try
        {
            return new ArgumentSchema(schema, budget);
        }
        catch (SchemaFault e)
        {
            throw new SchemaFault($"tool '{name}'", e.Message);
        }
    }

    private bool Check(CompileBudget budget)
    {
        _texts.Check(new SchemaReader(_root, new SchemaMerge(budget), budget).Root(), budget);
        return true;
    }
}

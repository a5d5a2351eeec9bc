using System.Text.Json;
using MaaS.Core.Generation.Grammars;
using MaaS.Core.Generation.Grammars.Schemas;

namespace MaaS.Core.Generation.Chat;

/// <summary>Tells whether what a model wrote by itself follows a JSON schema, by the keywords that
/// <see cref="JsonGrammar"/> covers. Safe for use by many threads.</summary>
public sealed class ArgumentSchema
{
    private readonly JsonElement _root;
    private readonly SchemaTexts _texts = new();

    /// <summary>Reads a schema.</summary>
    /// <param name="schema">A JSON schema; may be disposed of afterwards.</param>
    /// <param name="cancellationToken">Ends the work, which takes at most a few seconds.</param>
    /// <exception cref="ArgumentException">The schema is damaged, too costly, or asks for what is not covered; the
    /// message names the place.</exception>
    public ArgumentSchema(JsonElement schema, CancellationToken cancellationToken = default)
    {
        _root = schema.Clone();
        try
        {
            var budget = new CompileBudget(cancellationToken);
            _texts.Check(new SchemaReader(_root, new SchemaMerge(budget), budget).Root(), budget);
        }
        catch (InvalidOperationException e)
        {
            // What System.Text.Json says of names and texts with half of a surrogate pair.
            throw new ArgumentException($"JSON schema: a text in it is no Unicode: {e.Message}", nameof(schema), e);
        }
        catch (SchemaFault e)
        {
            throw new ArgumentException($"JSON schema: {e.Message}.", nameof(schema), e);
        }
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
}

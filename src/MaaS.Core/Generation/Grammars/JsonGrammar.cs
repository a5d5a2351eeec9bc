using System.Text.Json;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Generation.Grammars.Automata;
using MaaS.Core.Generation.Grammars.Schemas;
using MaaS.Text;

namespace MaaS.Core.Generation.Grammars;

/// <summary>Rules for tokens under which a model writes JSON: what comes out parses and satisfies a schema, always,
/// when it is not cut off.</summary>
/// <remarks>Documents have no white space but for one space that may follow a colon or a comma; members come in the
/// order of the schema; numbers have at most 15 digits before and behind the point unless the schema's bounds ask for
/// more; nesting is at most <see cref="MaxDepth"/> deep. docs/chat.md names what is covered.</remarks>
public static class JsonGrammar
{
    /// <summary>Levels of objects and arrays in a document.</summary>
    public const int MaxDepth = 32;

    /// <summary>The rule for a schema's documents.</summary>
    /// <param name="schema">A JSON schema; may be disposed of afterwards.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <exception cref="ArgumentException">The schema is damaged, asks for what is not covered or for what nothing
    /// satisfies, or the vocabulary cannot write its documents; the message names the place and what it
    /// was.</exception>
    public static ITokenConstraint Compile(JsonElement schema, Tokenizer tokenizer)
        => Make(() => new SchemaReader(schema.Clone()).Root(), tokenizer);

    /// <summary>The rule for any JSON object.</summary>
    /// <param name="tokenizer">The model's own.</param>
    /// <exception cref="ArgumentException">The vocabulary cannot write JSON.</exception>
    public static ITokenConstraint AnyObject(Tokenizer tokenizer)
        => Make(static () => new SchemaNode("#") { Types = JsonTypes.Object }, tokenizer);

    /// <summary>The rule for a call of one of several tools: <c>{"name": …, "arguments": …}</c>.</summary>
    /// <param name="tools">At least one, each with a name of its own; a tool without parameters takes an empty
    /// object.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <inheritdoc cref="Compile" path="/exception"/>
    public static ITokenConstraint ForToolCall(IReadOnlyList<ChatTool> tools, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tools);
        return Make(() => ToolCallSchema.Of(tools), tokenizer);
    }

    private static GrammarConstraint Make(Func<SchemaNode> read, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        try
        {
            var vocabulary = TokenVocabulary.Of(tokenizer);
            var network = new RuleNetwork();
            var root = new SchemaRules(network, vocabulary.Longest).Of(read());
            GrammarCheck.Recursion(network);
            GrammarCheck.Satisfiable(network, root, new RuleNeeds(network, static _ => true));
            var needs = new RuleNeeds(network, b => vocabulary.Single[b] > 0, vocabulary.Characters);
            var automaton = new GrammarAutomaton(network, root, needs, MaxDepth);
            var constraint = new GrammarConstraint(automaton, vocabulary);
            return needs[root.Start] + root.Weight <= MaxDepth
                && constraint.MaskOf(automaton.Start(), first: true).Any(static m => m != 0)
                ? constraint
                : throw new SchemaFault(
                    "the tokenizer's vocabulary has no tokens for some characters of these documents");
        }
        catch (InvalidOperationException e)
        {
            // What System.Text.Json says of names and texts with half of a surrogate pair.
            throw new ArgumentException($"JSON schema: a text in it is no Unicode: {e.Message}", e);
        }
        catch (SchemaFault e)
        {
            throw new ArgumentException($"JSON schema: {e.Message}.", e);
        }
    }
}

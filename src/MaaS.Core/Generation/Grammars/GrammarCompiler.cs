using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MaaS.Core.Generation.Grammars.Automata;
using MaaS.Core.Generation.Grammars.Schemas;
using MaaS.Text;

namespace MaaS.Core.Generation.Grammars;

/// <summary>Makes grammars of schemas, each once as long as it is remembered.</summary>
internal static class GrammarCompiler
{
    /// <summary>The grammar of a schema.</summary>
    /// <param name="source">All of which the grammar depends but for the tokenizer.</param>
    /// <param name="read">Reads the schema.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="cancellationToken">Ends the wait and the work.</param>
    /// <exception cref="ArgumentException">The schema is refused; the message says why.</exception>
    public static async Task<ITokenConstraint> CompileAsync(
        string source, Func<SchemaMerge, CompileBudget, SchemaNode> read, Tokenizer tokenizer,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var vocabulary = TokenVocabulary.Of(tokenizer);
        var key = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(source.AsSpan())));
        if (vocabulary.Grammars.Find(key) is { } known)
        {
            return known;
        }

        return await CompilePlaces.RunAsync(
            source.Length,
            budget =>
            {
                // Somebody may have made it while this one waited.
                var grammar = vocabulary.Grammars.Find(key) ?? Make(read, vocabulary, budget);
                vocabulary.Grammars.Add(key, grammar);
                return grammar;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static GrammarConstraint Make(
        Func<SchemaMerge, CompileBudget, SchemaNode> read, TokenVocabulary vocabulary, CompileBudget budget)
    {
        var (network, merge) = (new RuleNetwork(budget), new SchemaMerge(budget));
        var root = new SchemaRules(network, vocabulary.Longest, merge).Of(read(merge, budget));
        GrammarCheck.Recursion(network);
        GrammarCheck.Satisfiable(network, root, new RuleNeeds(network, static _ => true));
        var needs = new RuleNeeds(network, b => vocabulary.Single[b] > 0, vocabulary.Characters);
        var automaton = new GrammarAutomaton(network, root, needs, JsonGrammar.MaxDepth);
        var constraint = new GrammarConstraint(automaton, vocabulary);
        var work = new GrammarWork();
        return needs[root.Start] + root.Weight <= JsonGrammar.MaxDepth
            && constraint.MaskOf(automaton.Start(work), first: true, work).Any(static m => m != 0)
            ? constraint
            : throw new SchemaFault(
                "the tokenizer's vocabulary has no tokens for some characters of these documents");
    }
}

using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MaaS.Core.Generation.Grammars.Automata;
using MaaS.Core.Generation.Grammars.Schemas;
using MaaS.Onnx.Inference;
using MaaS.Text;

namespace MaaS.Core.Generation.Grammars;

/// <summary>Makes grammars of schemas that anybody may have sent: within a budget, on a stack of their own, few at a
/// time, and each once as long as it is remembered.</summary>
internal static class GrammarCompiler
{
    // How deep schemas may nest must not depend on who asks.
    private const int StackBytes = 16 << 20;

    private static readonly SemaphoreSlim Places = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>The grammar of a schema.</summary>
    /// <param name="source">All of which the grammar depends but for the tokenizer.</param>
    /// <param name="read">Reads the schema.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="cancellationToken">Ends the wait and the work.</param>
    /// <exception cref="ArgumentException">The schema is refused; the message says why.</exception>
    public static GrammarConstraint Compile(
        string source, Func<SchemaMerge, CompileBudget, SchemaNode> read, Tokenizer tokenizer,
        CancellationToken cancellationToken)
    {
        if (source.Length > CompileBudget.MaxCharacters)
        {
            throw new ArgumentException(
                $"JSON schema: expected at most {CompileBudget.MaxCharacters:N0} characters, got {source.Length:N0}.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        var vocabulary = TokenVocabulary.Of(tokenizer);
        var key = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(source.AsSpan())));
        if (vocabulary.Grammars.Find(key) is { } known)
        {
            return known;
        }

        Places.Wait(cancellationToken);
        try
        {
            if (vocabulary.Grammars.Find(key) is { } made)
            {
                return made;
            }

            var grammar = OnOwnStack(() => Make(read, vocabulary, new CompileBudget(cancellationToken)));
            vocabulary.Grammars.Add(key, grammar);
            return grammar;
        }
        finally
        {
            Places.Release();
        }
    }

    private static GrammarConstraint OnOwnStack(Func<GrammarConstraint> make)
    {
        GrammarConstraint? made = null;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    made = make();
                }
                catch (Exception e)
                {
                    fault = ExceptionDispatchInfo.Capture(e);
                }
            },
            StackBytes)
        { IsBackground = true, Name = "grammar" };
        thread.Start();
        thread.Join();
        fault?.Throw();
        return made!;
    }

    private static GrammarConstraint Make(
        Func<SchemaMerge, CompileBudget, SchemaNode> read, TokenVocabulary vocabulary, CompileBudget budget)
    {
        try
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
        catch (InvalidOperationException e)
        {
            // What System.Text.Json says of names and texts with half of a surrogate pair.
            throw new ArgumentException($"JSON schema: a text in it is no Unicode: {e.Message}", e);
        }
        catch (ModelInputException e)
        {
            throw new ArgumentException($"JSON schema: {e.Message}", e);
        }
        catch (SchemaFault e)
        {
            throw new ArgumentException($"JSON schema: {e.Message}.", e);
        }
    }
}

using System.Text;
using MaaS.Core.Generation;

namespace MaaS.Core.Tests.Generation.Grammars;

/// <summary>Texts that a grammar lets come, byte by byte over <see cref="Vocabularies.ByteLevel"/>.</summary>
internal static class GrammarTexts
{
    /// <summary>Whether a grammar lets a document come and end.</summary>
    public static bool Takes(this ITokenConstraint grammar, string document)
    {
        var state = grammar.Start([Vocabularies.End]);
        foreach (var value in Encoding.UTF8.GetBytes(document))
        {
            // Tokens of single bytes follow the end token.
            if (!Allowed(state).Contains(value + 1))
            {
                return false;
            }

            state.Accept(value + 1);
        }

        return state.IsComplete && Allowed(state).Contains(Vocabularies.End);
    }

    /// <summary>The tokens that may come next.</summary>
    public static long[] Allowed(ITokenConstraintState state)
    {
        var logits = new float[Vocabularies.ByteLevel.VocabSize];
        state.Mask(logits);
        return [.. logits.Index().Where(static l => l.Item == 0).Select(static l => (long)l.Index)];
    }
}

using MaaS.Core.Generation;
using MaaS.Text;

namespace MaaS.Core.Tests.Generation.Grammars;

/// <summary>A model that knows nothing: random logits, under which only a constraint makes sense of a text.</summary>
internal sealed class RandomWriter(Tokenizer tokenizer, int seed, GenerationOptions options)
{
    private readonly Random _random = new(seed);
    private readonly TokenSampler _sampler = new(options);
    private readonly float[] _closing = [.. Enumerable.Range(0, tokenizer.VocabSize).Select(id =>
        tokenizer.BytesOf(id) is [(byte)'"' or (byte)'}' or (byte)']', ..] ? 1f : 0f)];

    /// <summary>Writes until the stop token comes.</summary>
    /// <returns>The text; null where it did not end within the tokens.</returns>
    public string? Write(ITokenConstraint constraint, int mostTokens = 3000)
    {
        var state = constraint.Start([Vocabularies.End]);
        List<int> tokens = [];
        var logits = new float[tokenizer.VocabSize + 3];
        while (tokens.Count < mostTokens)
        {
            for (var i = 0; i < logits.Length; i++)
            {
                // What closes becomes likelier, so that free texts end.
                logits[i] = (float)(_random.NextDouble() * 8)
                    + (i < _closing.Length ? _closing[i] * tokens.Count * 0.1f : 0);
            }

            state.Mask(logits);
            var token = _sampler.Next(logits);
            var complete = state.IsComplete;
            state.Accept(token);
            if (token == Vocabularies.End)
            {
                Assert.That(complete);
                return tokenizer.Decode([.. tokens]);
            }

            tokens.Add((int)token);
        }

        return null;
    }
}

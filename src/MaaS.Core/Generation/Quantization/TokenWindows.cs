namespace MaaS.Core.Generation.Quantization;

/// <summary>Parts of texts on which language models are compared.</summary>
internal static class TokenWindows
{
    private const int Longest = 257, SelfWritten = 8, SelfLength = 129;

    /// <summary>Windows of a text, spread evenly over it.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="maxLength">Most tokens that the model takes.</param>
    /// <param name="most">Most tokens in all that are foretold.</param>
    /// <exception cref="ArgumentException">The text has fewer than 16 tokens.</exception>
    public static IReadOnlyList<long[]> Of(IReadOnlyList<long> tokens, long maxLength, int most)
    {
        if (tokens.Count < 16)
        {
            throw new ArgumentException(
                $"expected a text of at least 16 tokens to compare the models on, got {tokens.Count}.", nameof(tokens));
        }

        var length = (int)Math.Min(Math.Min(maxLength, Longest), Math.Min(tokens.Count, most + 1));
        var whole = Math.Max(1, tokens.Count / length);
        var count = Math.Clamp(most / Math.Max(1, length - 1), 1, whole);
        return [.. Enumerable.Range(0, count).Select(
            i => tokens.Skip((int)((long)i * whole / count) * length).Take(length).ToArray())];
    }

    /// <summary>Texts that a model writes itself, drawn from its own probabilities: on them the perplexity of another
    /// model is least where its probabilities are the same.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="maxLength">Most tokens that it takes.</param>
    /// <param name="starts">Tokens of which a text begins with one.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    public static IReadOnlyList<long[]> WrittenBy(
        DecoderGraph graph, long maxLength, IReadOnlyList<long> starts, CancellationToken cancellationToken)
    {
        var length = (int)Math.Min(maxLength, SelfLength);
        var texts = new List<long[]>();
        for (var i = 0; i < SelfWritten; i++)
        {
            using var session = graph.Start(maxLength);
            long[] prompt = [starts[i % starts.Count]];
            var options = new GenerationOptions { Temperature = 1, Seed = i, MaxNewTokens = Math.Max(1, length - 1) };
            texts.Add([
                .. prompt,
                .. TokenGenerator.Generate(session, prompt, options, cancellationToken).Select(static t => t.Id)]);
        }

        return texts;
    }
}

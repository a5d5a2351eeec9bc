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
    public static IReadOnlyList<TokenExample> Of(IReadOnlyList<long> tokens, long maxLength, int most)
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
            i => Whole(tokens.Skip((int)((long)i * whole / count) * length).Take(length)))];
    }

    /// <summary>Examples spread evenly over those given, each cut where the model's longest text ends.</summary>
    /// <param name="examples">In their order.</param>
    /// <param name="maxLength">Most tokens that the model takes.</param>
    /// <param name="most">Most tokens in all that are foretold; the first example is taken whole.</param>
    /// <exception cref="ArgumentException">Of no example a token that counts is within the longest text.</exception>
    public static IReadOnlyList<TokenExample> Of(IReadOnlyList<TokenExample> examples, long maxLength, int most)
    {
        if (examples.FirstOrDefault(static e => e.Ids.Count != e.Counts.Count) is { } uneven)
        {
            throw new ArgumentException(
                $"expected for each token whether it counts, got {uneven.Ids.Count} tokens and {uneven.Counts.Count} "
                    + "answers.", nameof(examples));
        }

        var length = (int)Math.Min(maxLength, int.MaxValue);
        TokenExample[] usable = [.. examples
            .Select(e => e.Ids.Count <= length ? e : new([.. e.Ids.Take(length)], [.. e.Counts.Take(length)]))
            .Where(static e => e.Counting > 0)];
        if (usable.Length == 0)
        {
            throw new ArgumentException(
                $"expected examples with a token that counts among the first {length}, the model's longest text, got "
                    + $"{(examples.Count == 0 ? "no example" : "none")}.", nameof(examples));
        }

        var mean = Math.Max(1, usable.Average(static e => e.Counting));
        var count = (int)Math.Clamp(most / mean, 1, usable.Length);
        List<TokenExample> taken = [];
        var left = most;
        for (var i = 0; i < count; i++)
        {
            var example = usable[(int)((long)i * usable.Length / count)];
            if (i == 0 || example.Counting <= left)
            {
                taken.Add(example);
                left -= example.Counting;
            }
        }

        return taken;
    }

    /// <summary>Texts that a model writes itself, drawn from its own probabilities: on them the perplexity of another
    /// model is least where its probabilities are the same.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="maxLength">Most tokens that it takes.</param>
    /// <param name="starts">Tokens of which a text begins with one.</param>
    /// <param name="cancellationToken">Stops between two tokens.</param>
    public static IReadOnlyList<TokenExample> WrittenBy(
        DecoderGraph graph, long maxLength, IReadOnlyList<long> starts, CancellationToken cancellationToken)
    {
        var length = (int)Math.Min(maxLength, SelfLength);
        var texts = new List<TokenExample>();
        for (var i = 0; i < SelfWritten; i++)
        {
            using var session = graph.Start(maxLength);
            long[] prompt = [starts[i % starts.Count]];
            var options = new GenerationOptions { Temperature = 1, Seed = i, MaxNewTokens = Math.Max(1, length - 1) };
            texts.Add(Whole(
                [
                    .. prompt,
                    .. TokenGenerator.Generate(session, prompt, options, cancellationToken).Select(static t => t.Id),
                ]));
        }

        return texts;
    }

    private static TokenExample Whole(IEnumerable<long> tokens)
        => TokenExample.Of([.. tokens.Select(static t => (int)t)]);
}

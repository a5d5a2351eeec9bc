namespace MaaS.Benchmarks.Generation;

/// <summary>One run of all requests.</summary>
/// <param name="Throughput">Tokens a second, pauses included.</param>
/// <param name="Firsts">Milliseconds to the first token of each text.</param>
/// <param name="Betweens">Milliseconds between two tokens of a text.</param>
/// <param name="Texts">Tokens by request.</param>
internal sealed record Measurement(
    double Throughput, double[] Firsts, double[] Betweens, Dictionary<int, long[]> Texts)
{
    /// <summary>The value that a share of the values lies below.</summary>
    public static double Quantile(double[] values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }

    /// <summary>Says where texts differ from those of another way: near-equal logits may fall either way.</summary>
    public void Compare(Dictionary<int, long[]> others, string name)
    {
        var different = Texts.Count(t => !t.Value.SequenceEqual(others[t.Key]));
        if (different > 0)
        {
            Console.WriteLine($"{name}: {different} of {Texts.Count} texts differ from the first way's");
        }
    }
}

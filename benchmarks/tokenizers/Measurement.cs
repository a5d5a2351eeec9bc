using MaaS.Text;


namespace MaaS.Benchmarks.Tokenizers;

/// <summary>What a library took for all texts.</summary>
/// <param name="Tokens">Special tokens included.</param>
/// <param name="Seconds">Processor time of the best pass, of all threads of the process.</param>
/// <param name="Hash">Of all ids, FNV-1a over whole ids.</param>
internal sealed record Measurement(long Tokens, double Seconds, uint Hash)
{
    public double Rate => Tokens / Seconds;

    /// <summary>MaaS on this thread alone.</summary>
    public static Measurement Of(Tokenizer tokenizer, IReadOnlyList<string> texts, double seconds)
    {
        var best = double.MaxValue;
        var (hash, tokens) = (2166136261u, 0L);
        for (var spent = 0.0; spent < seconds;)
        {
            (hash, tokens) = (2166136261u, 0);
            var encodings = new TokenEncoding[texts.Count];
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < texts.Count; i++)
            {
                encodings[i] = tokenizer.Encode(texts[i]);
            }

            var took = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            best = Math.Min(best, took);
            spent += took;
            foreach (var encoding in encodings)
            {
                tokens += encoding.Length;
                foreach (var id in encoding.Ids)
                {
                    hash = (hash ^ (uint)id) * 16777619;
                }
            }
        }

        return new(tokens, best, hash);
    }
}

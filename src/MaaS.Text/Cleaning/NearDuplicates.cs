
namespace MaaS.Text.Cleaning;

/// <summary>
/// Groups texts that say the same. Two texts are near-duplicates when the sets of their three-word sequences (letters
/// and digits, case ignored) have a Jaccard similarity of at least <see cref="Similarity"/>; groups are what such pairs
/// connect. A text without a word, as one of emoji, is a near-duplicate of its equals alone.
/// </summary>
/// <remarks>
/// Candidates come from MinHash signatures in bands (Broder 1997; Leskovec, Rajaraman, Ullman, "Mining of Massive
/// Datasets", section 3.4): with 32 bands of 4 a pair at the threshold is missed once in 2·10⁷ times. Candidates are
/// compared exactly.
/// </remarks>
public static class NearDuplicates
{
    /// <summary>Share of common three-word sequences from which two texts count as the same.</summary>
    public const double Similarity = 0.8;

    private const int Bands = 32, Rows = 4, Words = 3;

    private const ulong FnvStart = 14695981039346656037, FnvPrime = 1099511628211;

    /// <summary>The group of each text: the position of the group's first text.</summary>
    public static int[] Groups(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var shingles = texts.Select(Shingles).ToArray();
        var signatures = Array.ConvertAll(shingles, Signature);
        var parents = Enumerable.Range(0, texts.Count).ToArray();
        for (var band = 0; band < Bands; band++)
        {
            Dictionary<ulong, List<int>> buckets = [];
            for (var i = 0; i < texts.Count; i++)
            {
                var key = signatures[i].AsSpan(band * Rows, Rows).ToArray()
                    .Aggregate(FnvStart, static (hash, value) => Mix(hash ^ value));
                if (!buckets.TryGetValue(key, out var bucket))
                {
                    buckets[key] = bucket = [];
                }

                Join(parents, bucket, i, shingles);
                bucket.Add(i);
            }
        }

        return [.. parents.Select((_, i) => Root(parents, i))];
    }

    /// <summary>The Jaccard similarity of two texts' three-word sequences, 0 to 1.</summary>
    public static double Jaccard(string first, string second) => Jaccard(Shingles(first), Shingles(second));

    private static void Join(int[] parents, List<int> bucket, int text, ulong[][] shingles)
    {
        foreach (var other in bucket)
        {
            var (a, b) = (Root(parents, other), Root(parents, text));
            if (a != b && Jaccard(shingles[other], shingles[text]) >= Similarity)
            {
                parents[Math.Max(a, b)] = Math.Min(a, b);
            }
        }
    }

    private static int Root(int[] parents, int i)
    {
        while (parents[i] != i)
        {
            i = parents[i] = parents[parents[i]];
        }

        return i;
    }

    // Distinct hashes in ascending order; of a text with fewer words, the hash of what there is.
    private static ulong[] Shingles(string text)
    {
        List<ulong> words = [];
        for (var i = 0; i < text.Length; i++)
        {
            var hash = FnvStart;
            var start = i;
            for (; i < text.Length && char.IsLetterOrDigit(text[i]); i++)
            {
                hash = (hash ^ char.ToUpperInvariant(text[i])) * FnvPrime;
            }

            if (i > start)
            {
                words.Add(Mix(hash));
            }
        }

        if (words.Count == 0)
        {
            words.Add(Mix(text.Aggregate(FnvStart, static (hash, character) => (hash ^ character) * FnvPrime)));
        }

        var found = new SortedSet<ulong>();
        for (var i = 0; i <= Math.Max(0, words.Count - Words); i++)
        {
            found.Add(
                words.Skip(i).Take(Words).Aggregate(FnvStart, static (hash, word) => Mix(hash * FnvPrime ^ word)));
        }

        return [.. found];
    }

    private static ulong[] Signature(ulong[] shingles)
    {
        var signature = new ulong[Bands * Rows];
        Array.Fill(signature, ulong.MaxValue);
        foreach (var shingle in shingles)
        {
            for (var i = 0; i < signature.Length; i++)
            {
                signature[i] = Math.Min(signature[i], Mix(shingle + ((ulong)i * 0x9E3779B97F4A7C15)));
            }
        }

        return signature;
    }

    private static double Jaccard(ulong[] a, ulong[] b)
    {
        var (common, i, j) = (0, 0, 0);
        while (i < a.Length && j < b.Length)
        {
            var order = a[i].CompareTo(b[j]);
            common += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return (double)common / (a.Length + b.Length - common);
    }

    // SplitMix64's finisher (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

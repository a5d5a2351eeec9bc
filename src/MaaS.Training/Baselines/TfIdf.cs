using System.Globalization;

namespace MaaS.Training.Baselines;

/// <summary>
/// Texts as vectors of their words and pairs of neighbouring words: (1 + ln count) · idf, idf = 1 + ln((1 + n) / (1 +
/// texts with the term)), scaled to length 1.
/// </summary>
/// <remarks>
/// Equal to scikit-learn's <c>TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=…)</c>. A word is two or
/// more letters, digits or underscores of the basic multilingual plane, in lower case.
/// </remarks>
internal sealed class TfIdf
{
    private readonly Dictionary<string, int> _terms;
    private readonly double[] _idf;

    private TfIdf(Dictionary<string, int> terms, double[] idf) => (_terms, _idf) = (terms, idf);

    /// <summary>Number of terms.</summary>
    public int Count => _idf.Length;

    /// <summary>Terms and their columns.</summary>
    public IReadOnlyDictionary<string, int> Terms => _terms;

    /// <summary>Learns terms and their rarity.</summary>
    /// <param name="texts">At least one.</param>
    /// <param name="minimum">In how many texts a term must stand to be kept.</param>
    /// <param name="cancellationToken">Checked before each text.</param>
    /// <exception cref="ArgumentException">No term is that frequent.</exception>
    public static TfIdf Fit(IReadOnlyList<string> texts, int minimum = 2, CancellationToken cancellationToken = default)
    {
        Dictionary<string, int> frequencies = new(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var term in TermsOf(text).Distinct(StringComparer.Ordinal))
            {
                frequencies[term] = frequencies.GetValueOrDefault(term) + 1;
            }
        }

        var kept = frequencies.Where(f => f.Value >= minimum).OrderBy(static f => f.Key, StringComparer.Ordinal)
            .ToArray();
        return kept.Length > 0
            ? new TfIdf(
                kept.Select(static (f, i) => (f.Key, i))
                    .ToDictionary(static t => t.Key, static t => t.i, StringComparer.Ordinal),
                Array.ConvertAll(kept, f => 1 + Math.Log((1.0 + texts.Count) / (1.0 + f.Value))))
            : throw new ArgumentException(
                $"TF-IDF: expected a term that stands in {minimum} of {texts.Count} texts, found none.", nameof(texts));
    }

    /// <summary>One row a text; a text without known terms is all 0.</summary>
    public SparseRows Transform(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        var rows = new SparseRows(Count);
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Add(Row(text));
        }

        return rows;
    }

    private (int Column, double Value)[] Row(string text)
    {
        var counts = new SortedDictionary<int, int>();
        foreach (var term in TermsOf(text))
        {
            if (_terms.TryGetValue(term, out var column))
            {
                counts[column] = counts.GetValueOrDefault(column) + 1;
            }
        }

        (int Column, double Value)[] row = [.. counts.Select(c => (c.Key, (1 + Math.Log(c.Value)) * _idf[c.Key]))];
        var length = Math.Sqrt(row.Sum(static t => t.Value * t.Value));
        return Array.ConvertAll(row, t => (t.Column, t.Value / length));
    }

    private static IEnumerable<string> TermsOf(string text)
    {
        string? previous = null;
        for (var i = 0; i < text.Length; i++)
        {
            var start = i;
            while (i < text.Length && IsWord(text[i]))
            {
                i++;
            }

            if (i - start < 2)
            {
                continue;
            }

#pragma warning disable CA1308 // As scikit-learn has it.
            var word = text[start..i].ToLowerInvariant();
#pragma warning restore CA1308
            yield return word;
            if (previous is not null)
            {
                yield return $"{previous} {word}";
            }

            previous = word;
        }
    }

    private static bool IsWord(char c) => c == '_' || char.GetUnicodeCategory(c) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
}

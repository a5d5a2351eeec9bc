using System.Globalization;

namespace MaaS.Text.Terms;

/// <summary>
/// Texts as vectors of their words and pairs of neighbouring words: (1 + ln count) · idf, idf = 1 + ln((1 + n) / (1 +
/// texts with the term)), scaled to length 1.
/// </summary>
/// <remarks>
/// Equal to scikit-learn's <c>TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=…)</c>. A word is two or
/// more letters, digits or underscores of the basic multilingual plane, in lower case.
/// </remarks>
public sealed class TfIdf
{
    private readonly Dictionary<string, int> _terms;
    private readonly double[] _idf;
    private readonly bool _pairs;

    private TfIdf(Dictionary<string, int> terms, double[] idf, bool pairs)
        => (_terms, _idf, _pairs) = (terms, idf, pairs);

    /// <summary>Number of terms.</summary>
    public int Count => _idf.Length;

    /// <summary>Terms and their columns; columns are in the order of the terms.</summary>
    public IReadOnlyDictionary<string, int> Terms => _terms;

    /// <summary>What each term counts, by column.</summary>
    public IReadOnlyList<double> Idf => _idf;

    /// <summary>Learns terms and their rarity.</summary>
    /// <param name="texts">At least one.</param>
    /// <param name="options">Which terms are kept; null for the defaults.</param>
    /// <param name="cancellationToken">Checked before each text.</param>
    /// <exception cref="ArgumentException">No term is that frequent.</exception>
    public static TfIdf Fit(
        IReadOnlyList<string> texts, TfIdfOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new TfIdfOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinimumTexts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MostTerms ?? 1, 1);
        Dictionary<string, int> frequencies = new(StringComparer.Ordinal), counts = new(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            HashSet<string> seen = new(StringComparer.Ordinal);
            foreach (var term in TermsOf(text, options.Pairs))
            {
                counts[term] = counts.GetValueOrDefault(term) + 1;
                if (seen.Add(term))
                {
                    frequencies[term] = frequencies.GetValueOrDefault(term) + 1;
                }
            }
        }

        var kept = frequencies.Where(f => f.Value >= options.MinimumTexts);
        if (options.MostTerms is { } most)
        {
            kept = kept.OrderByDescending(f => counts[f.Key]).ThenBy(static f => f.Key, StringComparer.Ordinal)
                .Take(most);
        }

        var sorted = kept.OrderBy(static f => f.Key, StringComparer.Ordinal).ToArray();
        return sorted.Length > 0
            ? new TfIdf(
                sorted.Select(static (f, i) => (f.Key, i))
                    .ToDictionary(static t => t.Key, static t => t.i, StringComparer.Ordinal),
                Array.ConvertAll(sorted, f => 1 + Math.Log((1.0 + texts.Count) / (1.0 + f.Value))), options.Pairs)
            : throw new ArgumentException(
                $"TF-IDF: expected a term that stands in {options.MinimumTexts} of {texts.Count} texts, found none.",
                nameof(texts));
    }

    /// <summary>The terms of a text that are known, by column; none for a text without known terms.</summary>
    public (int Column, double Value)[] Transform(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var counts = new SortedDictionary<int, int>();
        foreach (var term in TermsOf(text, _pairs))
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

    /// <summary>The words of a text in lower case, in their order.</summary>
    public static IEnumerable<string> WordsOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TermsOf(text, pairs: false);
    }

    private static IEnumerable<string> TermsOf(string text, bool pairs)
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
            if (pairs && previous is not null)
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

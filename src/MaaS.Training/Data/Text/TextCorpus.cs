using System.Security.Cryptography;
using System.Text;
using MaaS.Text.Cleaning;
using MaaS.Text.Reading;

namespace MaaS.Training.Data.Text;

/// <summary>Cleaned, labelled texts in memory.</summary>
/// <param name="texts">Cleaned.</param>
/// <param name="targets">As many class indices.</param>
/// <param name="classes">Class names by index.</param>
public sealed class TextCorpus(IReadOnlyList<string> texts, IReadOnlyList<int> targets, IReadOnlyList<string> classes)
{
    /// <summary>Cleaned texts.</summary>
    public IReadOnlyList<string> Texts { get; } = texts.Count == targets.Count ? texts : throw new ArgumentException(
        $"TextCorpus: expected as many texts as targets, got {texts.Count} and {targets.Count}.", nameof(texts));

    /// <summary>Class index of each text.</summary>
    public IReadOnlyList<int> Targets { get; } = targets;

    /// <summary>Class names by index.</summary>
    public IReadOnlyList<string> Classes { get; } = classes;

    /// <summary>Number of texts.</summary>
    public int Count => Texts.Count;

    /// <summary>Texts that were left out because the same cleaned text had come before.</summary>
    public int Duplicates { get; private init; }

    /// <summary>Those of <see cref="Duplicates"/> whose label was another than the first one's: labels that contradict
    /// each other.</summary>
    public int Contradictions { get; private init; }

    /// <summary>Cleans samples and leaves out those whose cleaned text (case ignored) came before.</summary>
    /// <param name="samples">Read once, to the end.</param>
    /// <param name="cleaner">What is done to each text.</param>
    /// <param name="classes">Class names by index; null for those that occur, in ordinal order.</param>
    /// <param name="keepDuplicates">Whether equal texts stay.</param>
    /// <param name="cancellationToken">Checked before each sample.</param>
    /// <exception cref="ArgumentException">There are fewer than two classes, or a label is not among them.</exception>
    public static TextCorpus Clean(
        IEnumerable<TextSample> samples, TextCleaner cleaner, IReadOnlyList<string>? classes = null,
        bool keepDuplicates = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(cleaner);
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        List<string> texts = [], labels = [];
        var (duplicates, contradictions) = (0, 0);
        foreach (var sample in samples)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var text = cleaner.Clean(sample.Text);
            if (!keepDuplicates && !seen.TryAdd(text, sample.Label))
            {
                duplicates++;
                contradictions += seen[text] == sample.Label ? 0 : 1;
                continue;
            }

            texts.Add(text);
            labels.Add(sample.Label);
        }

        var encoder = classes is null ? LabelEncoder.Fit(labels) : new LabelEncoder(classes);
        return new TextCorpus(texts, [.. labels.Select(l => encoder[l])], encoder.Classes)
        {
            Duplicates = duplicates,
            Contradictions = contradictions,
        };
    }

    /// <summary>
    /// Splits each class in the same proportion, near-duplicates (<see cref="NearDuplicates"/>) on one side; the same
    /// seed always gives the same split.
    /// </summary>
    /// <param name="fraction">Share of the second part, above 0 and below 1; met as closely as whole groups
    /// allow.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="ArgumentException">A part would be empty.</exception>
    public (TextCorpus First, TextCorpus Second) Split(double fraction, int seed)
    {
        var (first, second) = SplitIndices.Grouped(Targets, NearDuplicates.Groups(Texts), fraction, seed);
        return (Subset(first), Subset(second));
    }

    /// <summary>The texts at the given positions.</summary>
    public TextCorpus Subset(IReadOnlyList<int> positions)
        => new([.. positions.Select(i => Texts[i])], [.. positions.Select(i => Targets[i])], Classes);

    /// <summary>SHA-256 of every class name, target and text in order, hexadecimal.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in Classes.Concat(Texts.Zip(Targets, (text, target) => $"{target}:{text}")))
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

using System.Globalization;
using System.Text.Json.Serialization;
using MaaS.Primitives.Display;

namespace MaaS.Core.Metrics;

/// <summary>Counts of (actual, predicted) class pairs. Rows are actual classes, columns predicted ones, as in
/// scikit-learn.</summary>
/// <remarks>Not thread-safe: give each worker its own and <see cref="Add(ConfusionMatrix)"/> them at the end.</remarks>
[TypeFormatterSource]
public sealed class ConfusionMatrix : IHtmlDisplay
{
    private readonly string[] _classes;
    private readonly long[] _counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">Class names in the order of their indices; at least one, each once.</param>
    /// <exception cref="ArgumentException">No class, or a name that stands twice.</exception>
    public ConfusionMatrix(IEnumerable<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        _classes = [.. classes];
        if (_classes.Length == 0)
        {
            throw new ArgumentException("ConfusionMatrix: expected at least one class, got none.", nameof(classes));
        }

        var twice = _classes.GroupBy(c => c, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any());
        if (twice is not null)
        {
            throw new ArgumentException(
                $"ConfusionMatrix: expected distinct class names, got '{twice.Key}' more than once.", nameof(classes));
        }

        _counts = new long[_classes.Length * _classes.Length];
    }

    /// <summary>An empty matrix over classes named "0", "1", ….</summary>
    /// <param name="classCount">Number of classes, at least 1.</param>
    public ConfusionMatrix(int classCount)
        : this(Names(classCount))
    {
    }

    /// <summary>A matrix with given counts, as JSON holds it.</summary>
    /// <param name="classes">Class names.</param>
    /// <param name="counts">(classes, classes), counts[actual][predicted], none negative.</param>
    /// <exception cref="ArgumentException">The counts are not square over the classes, or one is negative.</exception>
    [JsonConstructor]
    public ConfusionMatrix(IReadOnlyList<string> classes, IReadOnlyList<IReadOnlyList<long>> counts)
        : this(classes)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var n = _classes.Length;
        if (counts.Count != n || counts.Any(row => row?.Count != n))
        {
            throw new ArgumentException(
                $"ConfusionMatrix: expected {n} rows of {n} counts, got rows of "
                    + $"[{string.Join(", ", counts.Select(r => r?.Count))}].",
                nameof(counts));
        }

        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] = counts[i / n][i % n];
            if (_counts[i] < 0)
            {
                throw new ArgumentException(
                    $"ConfusionMatrix: expected counts of 0 or more, got {_counts[i]}.", nameof(counts));
            }
        }
    }

    /// <summary>Class names, by index.</summary>
    public IReadOnlyList<string> Classes => _classes;

    /// <summary>A copy of the counts, (classes, classes): [actual][predicted].</summary>
    public IReadOnlyList<IReadOnlyList<long>> Counts
        => [
            .. Enumerable.Range(0, _classes.Length)
            .Select(i => _counts.AsSpan(i * _classes.Length, _classes.Length).ToArray())];

    /// <summary>How many samples of class <paramref name="actual"/> were predicted as
    /// <paramref name="predicted"/>.</summary>
    [JsonIgnore]
    public long this[int actual, int predicted]
        => _counts[Checked(actual, nameof(actual)) * _classes.Length + Checked(predicted, nameof(predicted))];

    /// <summary>Number of samples.</summary>
    [JsonIgnore]
    public long Total => _counts.Sum();

    /// <summary>Number of samples on the diagonal.</summary>
    [JsonIgnore]
    public long Correct => Enumerable.Range(0, _classes.Length).Sum(i => _counts[i * _classes.Length + i]);

    /// <summary>Share of correct samples, 0 to 1; NaN when the matrix is empty.</summary>
    [JsonIgnore]
    public double Accuracy => Total == 0 ? double.NaN : (double)Correct / Total;

    /// <summary>Number of samples whose actual class is <paramref name="actual"/>.</summary>
    public long Support(int actual)
    {
        var row = _counts.AsSpan(Checked(actual, nameof(actual)) * _classes.Length, _classes.Length);
        var sum = 0L;
        foreach (var count in row)
        {
            sum += count;
        }

        return sum;
    }

    /// <summary>Number of samples predicted as <paramref name="predicted"/>.</summary>
    public long Predicted(int predicted)
    {
        Checked(predicted, nameof(predicted));
        return Enumerable.Range(0, _classes.Length).Sum(i => _counts[i * _classes.Length + predicted]);
    }

    /// <summary>Counts one sample.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is no class.</exception>
    public void Add(int predicted, int actual)
        => _counts[Checked(actual, nameof(actual)) * _classes.Length + Checked(predicted, nameof(predicted))]++;

    /// <summary>Counts a batch. Nothing is counted when one of the indices is wrong.</summary>
    /// <param name="predicted">(N), predicted class indices.</param>
    /// <param name="actual">(N), actual class indices.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is no class.</exception>
    public void Add(ReadOnlySpan<int> predicted, ReadOnlySpan<int> actual)
    {
        if (predicted.Length != actual.Length)
        {
            throw new ArgumentException(
                $"ConfusionMatrix.Add: expected as many predicted as actual classes, got {predicted.Length} and "
                    + $"{actual.Length}.", nameof(predicted));
        }

        for (var i = 0; i < predicted.Length; i++)
        {
            Checked(predicted[i], nameof(predicted));
            Checked(actual[i], nameof(actual));
        }

        for (var i = 0; i < predicted.Length; i++)
        {
            _counts[actual[i] * _classes.Length + predicted[i]]++;
        }
    }

    /// <summary>Adds another matrix's counts to this one.</summary>
    /// <exception cref="ArgumentException">Its classes are others.</exception>
    public void Add(ConfusionMatrix other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!_classes.AsSpan().SequenceEqual(other._classes))
        {
            throw new ArgumentException(
                $"ConfusionMatrix.Add: expected the classes [{string.Join(", ", _classes)}], got "
                    + $"[{string.Join(", ", other._classes)}].", nameof(other));
        }

        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>Precision, recall, F1 and their averages.</summary>
    /// <param name="zeroDivision">What a ratio with a denominator of 0 counts as.</param>
    /// <param name="loss">Mean loss to carry along.</param>
    public ClassificationReport Report(ZeroDivision zeroDivision = ZeroDivision.Zero, double? loss = null)
        => ClassificationReport.From(this, zeroDivision, loss);

    /// <summary>The counts as a text table, "·" where nothing was counted.</summary>
    public override string ToString()
    {
        string[][] rows =
        [
            ["actual \\ predicted", .. _classes],
            .. Enumerable.Range(0, _classes.Length).Select(i => (string[])
            [
                _classes[i],
                .. Enumerable.Range(0, _classes.Length).Select(j => this[i, j] == 0
                    ? (i == j ? "0" : "·")
                    : this[i, j].ToString(CultureInfo.InvariantCulture)),
            ]),
        ];
        return TextTable.Render(rows, ruledRows: [1]);
    }

    /// <summary>The counts as an HTML table, coloured by the share of a class's samples.</summary>
    public string ToHtml() => ConfusionMatrixTable.Render(this);

    private static IEnumerable<string> Names(int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        return Enumerable.Range(0, classCount).Select(i => i.ToString(CultureInfo.InvariantCulture));
    }

    private int Checked(int index, string name)
        => (uint)index < (uint)_classes.Length
            ? index
            : throw new ArgumentOutOfRangeException(
                name, $"ConfusionMatrix: expected a class index from 0 to {_classes.Length - 1}, got {index}.");
}

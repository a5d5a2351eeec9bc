namespace MaaS.Training.Data.Text;

/// <summary>Class names and their indices, in ordinal order of the names.</summary>
public sealed class LabelEncoder
{
    private readonly Dictionary<string, int> _indices;

    /// <summary>An encoder of given classes.</summary>
    /// <param name="classes">Distinct names; their order is kept.</param>
    /// <exception cref="ArgumentException">There are fewer than two, or one stands twice.</exception>
    public LabelEncoder(IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.Count < 2 || classes.Contains(null!)
            || classes.Distinct(StringComparer.Ordinal).Count() != classes.Count)
        {
            throw new ArgumentException(
                $"Labels: expected at least two different ones, got [{string.Join(", ", classes)}].", nameof(classes));
        }

        Classes = classes;
        _indices = classes.Select(static (name, i) => (name, i))
            .ToDictionary(static c => c.name, static c => c.i, StringComparer.Ordinal);
    }

    /// <summary>Class names by index.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The classes that occur, in ordinal order.</summary>
    public static LabelEncoder Fit(IEnumerable<string> labels)
        => new([.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>The index of a class.</summary>
    /// <exception cref="ArgumentException">The label is unknown.</exception>
    public int this[string label] => _indices.TryGetValue(label, out var index)
        ? index
        : throw new ArgumentException(
            $"Label: expected one of {string.Join(", ", Classes)}, got '{label}'.", nameof(label));

    /// <summary>Weights that make every class count the same: n / (classes · n of the class).</summary>
    /// <param name="targets">Class indices; every class occurs.</param>
    /// <param name="classes">Number of classes.</param>
    /// <returns>(classes); their mean over the samples is 1.</returns>
    /// <exception cref="ArgumentException">A class does not occur.</exception>
    /// <remarks>King, Zeng 2001; scikit-learn's <c>class_weight="balanced"</c>.</remarks>
    public static double[] BalancedWeights(IReadOnlyCollection<int> targets, int classes)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var counts = new long[classes];
        foreach (var target in targets)
        {
            counts[target]++;
        }

        return Array.IndexOf(counts, 0) is >= 0 and var missing
            ? throw new ArgumentException(
                $"Class weights: expected samples of all {classes} classes, got none of class {missing}.",
                nameof(targets))
            : Array.ConvertAll(counts, n => (double)targets.Count / (classes * n));
    }
}

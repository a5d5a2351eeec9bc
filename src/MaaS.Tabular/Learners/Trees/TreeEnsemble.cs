namespace MaaS.Tabular.Learners.Trees;

/// <summary>Trees whose leaves are added up. All nodes stand in one list; children come behind their parent.</summary>
/// <param name="Targets">Values of a leaf.</param>
/// <param name="Base">What is added to the sums, one a target.</param>
internal sealed record TreeEnsemble(int Targets, double[] Base)
{
    /// <summary>The first node of each tree.</summary>
    public List<int> Roots { get; } = [];

    /// <summary>The feature that a node asks for; −1 for a leaf.</summary>
    public List<int> Feature { get; } = [];

    /// <summary>A row whose feature is at most this goes left.</summary>
    public List<double> Threshold { get; } = [];

    /// <summary>Whether a row whose feature is missing goes left.</summary>
    public List<bool> MissingLeft { get; } = [];

    public List<int> Left { get; } = [];

    public List<int> Right { get; } = [];

    /// <summary>The values of a leaf; null for other nodes.</summary>
    public List<double[]?> Leaf { get; } = [];

    /// <summary>The weight of the training rows that came to a node.</summary>
    public List<double> Cover { get; } = [];

    /// <summary>Adds a leaf, or a node whose children are set later.</summary>
    /// <returns>Its place.</returns>
    public int Add(int feature, double threshold, bool missingLeft, double[]? leaf, double cover)
    {
        Feature.Add(feature);
        Threshold.Add(threshold);
        MissingLeft.Add(missingLeft);
        Left.Add(-1);
        Right.Add(-1);
        Leaf.Add(leaf);
        Cover.Add(cover);
        return Feature.Count - 1;
    }

    /// <summary>Adds the trees of another ensemble, its leaves multiplied.</summary>
    public void Append(TreeEnsemble other, double factor)
    {
        var shift = Feature.Count;
        Roots.AddRange(other.Roots.Select(root => root + shift));
        Feature.AddRange(other.Feature);
        Threshold.AddRange(other.Threshold);
        MissingLeft.AddRange(other.MissingLeft);
        Left.AddRange(other.Left.Select(node => node < 0 ? node : node + shift));
        Right.AddRange(other.Right.Select(node => node < 0 ? node : node + shift));
        Cover.AddRange(other.Cover);
        Leaf.AddRange(other.Leaf.Select(leaf => leaf is null ? null : Array.ConvertAll(leaf, v => v * factor)));
    }

    /// <summary>Sums of the leaves that a row falls into, rounded to float32 as ONNX Runtime gives them.</summary>
    public void Sum(ReadOnlySpan<double> features, Span<double> sums)
    {
        Base.CopyTo(sums);
        foreach (var root in Roots)
        {
            var node = root;
            while (Feature[node] is >= 0 and var feature)
            {
                var value = features[feature];
                node = (double.IsNaN(value) ? MissingLeft[node] : value <= Threshold[node]) ? Left[node] : Right[node];
            }

            var leaf = Leaf[node]!;
            for (var k = 0; k < leaf.Length; k++)
            {
                sums[k] += leaf[k];
            }
        }

        for (var k = 0; k < sums.Length; k++)
        {
            sums[k] = (float)sums[k];
        }
    }
}

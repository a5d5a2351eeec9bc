using System.Globalization;

namespace MaaS.Registry.Versions;

/// <summary>Something in which two versions differ.</summary>
/// <param name="What">As <c>metric accuracy</c>, <c>operator Conv</c> or <c>file model.onnx</c>.</param>
/// <param name="Left">In the first version; empty where it is not there.</param>
/// <param name="Right">In the second version; empty where it is not there.</param>
public sealed record VersionDifference(string What, string Left, string Right)
{
    /// <summary>Tells two versions apart: metrics, parameters, operators, inputs, outputs, labels, preprocessing,
    /// lineage, tags and files.</summary>
    /// <param name="store">Holds both.</param>
    /// <param name="left">The first version.</param>
    /// <param name="right">The second version, of the same model or another one.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="InvalidDataException">A file was changed, or a network cannot be read.</exception>
    public static async Task<IReadOnlyList<VersionDifference>> BetweenAsync(
        ModelStore store, ModelVersion left, ModelVersion right, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var before = await FactsAsync(store, left, cancellationToken).ConfigureAwait(false);
        var after = await FactsAsync(store, right, cancellationToken).ConfigureAwait(false);
        return [.. before.Keys.Union(after.Keys)
            .Select(what => new VersionDifference(
                what, before.GetValueOrDefault(what, ""), after.GetValueOrDefault(what, "")))
            .Where(static d => d.Left != d.Right)];
    }

    // In the order in which people look at them.
    private static async Task<Dictionary<string, string>> FactsAsync(
        ModelStore store, ModelVersion version, CancellationToken cancellationToken)
    {
        Dictionary<string, string> facts = [];
        var manifest = version.Manifest;
        foreach (var (name, value) in manifest.Metrics ?? new Dictionary<string, double>())
        {
            facts[$"metric {name}"] = value.ToString("0.######", CultureInfo.InvariantCulture);
        }

        if (!version.IsEncrypted)   // Those are told apart by what their manifests say.
        {
            using var package = await store.OpenPackageAsync(version, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            var network = await package.ReadNetworkAsync(cancellationToken).ConfigureAwait(false);
            facts["bytes of weights"] = network.WeightBytes.ToString("n0", CultureInfo.InvariantCulture);
            foreach (var operators in network.Graph.Node.GroupBy(static n => n.OpType).OrderBy(static g => g.Key))
            {
                facts[$"operator {operators.Key}"] = $"{operators.Count()}";
            }
        }

        foreach (var (kind, tensors) in new[] { ("input", manifest.Inputs), ("output", manifest.Outputs) })
        {
            foreach (var tensor in tensors)
            {
                facts[$"{kind} {tensor.Name}"] = $"{tensor.Type} ({string.Join(", ", tensor.Shape)})";
            }
        }

        facts["task"] = manifest.Task ?? "";
        facts["labels"] = string.Join(", ", manifest.Labels ?? []);
        facts["preprocessing"] = manifest.Preprocessing is { } images
            ? $"scale {images.Scale:g6}, mean {string.Join(", ", images.Mean)}, std {string.Join(", ", images.Std)}"
            : "";
        facts["parent"] = manifest.Lineage?.Parent ?? "";
        facts["training data"] = manifest.Lineage?.DataHash ?? "";
        facts["code"] = manifest.Lineage?.CodeVersion ?? "";
        foreach (var (name, value) in manifest.Lineage?.Hyperparameters ?? new Dictionary<string, string>())
        {
            facts[$"hyperparameter {name}"] = value;
        }

        foreach (var (name, value) in version.Tags)
        {
            facts[$"tag {name}"] = value;
        }

        foreach (var (path, file) in version.Files.OrderBy(static f => f.Key, StringComparer.Ordinal))
        {
            facts[$"file {path}"] = $"{file.Size} bytes, {file.Sha256[..12]}…";
        }

        return facts;
    }
}

using System.Globalization;
using MaaS.Core.Packages;
using MaaS.Training.Fitting;

namespace MaaS.Training.Pipelines;

/// <summary>How a network was trained, as packages write it (<see cref="ModelLineage.Hyperparameters"/>).</summary>
public static class Hyperparameters
{
    private const string ClassWeightsKey = "class_weights", Separator = " ";

    /// <summary>The settings that shape a result, by name.</summary>
    /// <param name="options">How it was trained.</param>
    /// <param name="pretrained">Whose weights training started from; null for fresh ones.</param>
    public static IReadOnlyDictionary<string, string> From(TrainerOptions options, string? pretrained = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var values = new Dictionary<string, string>
        {
            ["epochs"] = Text(options.Epochs),
            ["batch_size"] = Text(options.BatchSize),
            ["optimizer"] = $"{options.Optimizer}",
            ["learning_rate"] = Text(options.LearningRate),
            ["schedule"] = $"{options.Schedule}",
            ["weight_decay"] = Text(options.WeightDecay),
            ["precision"] = $"{options.Precision}",
            ["seed"] = Text(options.Seed),
        };
        if (options.ClassWeights is { } weights)
        {
            values[ClassWeightsKey] = string.Join(Separator, weights.Select(static w => Text(w)));
        }

        if (pretrained is not null)
        {
            values["pretrained"] = pretrained;
        }

        return values;
    }

    /// <summary>How much a sample of each class counted: (classes); null for 1 each.</summary>
    /// <param name="lineage">Where a package came from; null where it does not say.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="InvalidDataException">These are not so many numbers above 0.</exception>
    public static IReadOnlyList<double>? ClassWeights(ModelLineage? lineage, int classes)
    {
        if (lineage?.Hyperparameters?.GetValueOrDefault(ClassWeightsKey) is not { } text)
        {
            return null;
        }

        double[] weights = [
            .. text.Split(Separator)
            .Select(static w => double.TryParse(w, CultureInfo.InvariantCulture, out var weight) ? weight : 0)];
        return weights.Length == classes && Array.TrueForAll(weights, static w => w > 0 && double.IsFinite(w))
            ? weights
            : throw new InvalidDataException(
                $"{ClassWeightsKey}: expected {classes} numbers above 0 in the package's lineage, got '{text}'.");
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}

using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Core.Packages;

namespace MaaS.Serving.Ensembles;

/// <summary>
/// A model made of others: the content of a <c>NAME.ensemble.json</c> file in the models folder. Types and shapes
/// follow from the models of its steps.
/// </summary>
internal sealed record EnsembleDefinition
{
    /// <summary>Tensors that a request brings.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Tensors that the answer holds; each is an output of some step.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>In any order.</summary>
    public required IReadOnlyList<EnsembleStep> Steps { get; init; }

    /// <summary>Reads a definition.</summary>
    /// <exception cref="InvalidDataException">It is none, or has faults that show without its models: all are
    /// named.</exception>
    public static EnsembleDefinition Load(string file)
    {
        EnsembleDefinition definition;
        try
        {
            definition = JsonSerializer.Deserialize(File.ReadAllBytes(file), EnsembleJson.Default.EnsembleDefinition)
                ?? throw new JsonException("got null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: expected an ensemble: {e.Message}", e);
        }

        var faults = definition.Faults().ToArray();
        return faults.Length == 0
            ? definition : throw new InvalidDataException($"{file}: {string.Join("; ", faults)}.");
    }

    private IEnumerable<string> Faults()
    {
        if (Steps.Count == 0 || Outputs.Count == 0)
        {
            yield return "expected at least one step and one output";
        }

        foreach (var name in Inputs.Concat(Steps.SelectMany(s => s.Outputs.Values))
            .GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            yield return $"tensor '{name.Key}': expected it from one place, got {name.Count()}";
        }

        if (Outputs.Distinct(StringComparer.Ordinal).Count() < Outputs.Count)
        {
            yield return "outputs: expected each once";
        }

        foreach (var (step, i) in Steps.Select((s, i) => (s, i)))
        {
            if (!ModelNames.IsValid(step.Model))
            {
                yield return $"step {i}: expected as model {ModelNames.Rule}, got '{step.Model}'";
            }

            if (step is { Version: not null, Label: not null })
            {
                yield return $"step {i}: expected a version or a label, got both";
            }
        }

        var made = Inputs.Concat(Steps.SelectMany(s => s.Outputs.Values)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in Steps.SelectMany(s => s.Inputs.Values).Concat(Outputs).Distinct(StringComparer.Ordinal)
            .Where(n => !made.Contains(n)))
        {
            yield return $"tensor '{name}': expected an input or some step's output of that name, got none";
        }

        foreach (var name in Outputs.Intersect(Inputs, StringComparer.Ordinal))
        {
            yield return $"output '{name}': expected some step's output, got an input";
        }
    }
}

/// <summary>One run of a model within an ensemble.</summary>
internal sealed record EnsembleStep
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Its version; null to let its route decide.</summary>
    public long? Version { get; init; }

    /// <summary>A label instead of a version.</summary>
    public string? Label { get; init; }

    /// <summary>The ensemble's tensor for each input of the model.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>The ensemble's name for each output of the model that is of use.</summary>
    public required IReadOnlyDictionary<string, string> Outputs { get; init; }
}

/// <summary>JSON of ensembles; members that are none of these are faults.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(EnsembleDefinition))]
internal sealed partial class EnsembleJson : JsonSerializerContext;

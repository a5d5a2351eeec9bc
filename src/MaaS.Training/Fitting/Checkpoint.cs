using System.Globalization;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Training.Checkpoints;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Everything that the next epoch depends on: weights, optimizer state, random numbers, past epochs, the best one's weights.</summary>
internal static class Checkpoint
{
    private const string Model = "model.", Optimizer = "optimizer.", Best = "best.", Random = "random", Steps = "steps", Epochs = "epochs", Data = "data";

    public static void Save(
        string path, nn.Module<Tensor, Tensor> model, ParameterUpdate update, BestWeights best, IReadOnlyList<EpochResult> epochs, string? dataHash)
    {
        using var scope = NewDisposeScope();
        var metadata = new Dictionary<string, string>
        {
            [Steps] = update.Steps.ToString(CultureInfo.InvariantCulture),
            [Epochs] = JsonSerializer.Serialize(epochs, TrainingJson.Options),
        };
        if (dataHash is not null)
        {
            metadata[Data] = dataHash;
        }

        ModelWeights.Write(path, Tensors(model, update, best, get_rng_state()), metadata);
    }

    /// <summary>Puts a saved state into a model, an optimizer and a memory of the best epoch.</summary>
    /// <returns>The epochs that led to it.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another model, other data or other options; the model is as it was.</exception>
    public static IReadOnlyList<EpochResult> Load(
        string path, nn.Module<Tensor, Tensor> model, ParameterUpdate update, BestWeights best, string? dataHash)
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(path);
        var (steps, epochs) = ReadMetadata(path, file.Metadata);
        if (dataHash is not null && file.Metadata.GetValueOrDefault(Data) != dataHash)
        {
            throw new InvalidDataException(
                $"{path}: expected a checkpoint of this training data, got one of other data, another split or another tokenizer; "
                + "name another file, or start anew without resuming.");
        }

        foreach (var epoch in epochs)
        {
            best.Offer(epoch);   // Makes room for the weights that the file brings.
        }

        var random = get_rng_state();
        ModelWeights.Fill(Tensors(model, update, best, random), file, path, ignored: Best);
        update.Steps = steps;
        set_rng_state(random);
        return epochs;
    }

    private static (long Steps, IReadOnlyList<EpochResult> Epochs) ReadMetadata(string path, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Steps, out var steps) || !metadata.TryGetValue(Epochs, out var epochs)
            || !long.TryParse(steps, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw new InvalidDataException($"{path}: expected the metadata {Steps} and {Epochs} of a checkpoint, got others.");
        }

        try
        {
            return (count, JsonSerializer.Deserialize<IReadOnlyList<EpochResult>>(epochs, TrainingJson.Options) ?? throw new JsonException("got null"));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: expected the epochs of a checkpoint in its metadata: {e.Message}", e);
        }
    }

    private static Dictionary<string, Tensor> Tensors(
        nn.Module<Tensor, Tensor> model, ParameterUpdate update, BestWeights best, Tensor random)
    {
        var tensors = model.state_dict().ToDictionary(static e => Model + e.Key, static e => e.Value);
        foreach (var (name, tensor) in update.State)
        {
            tensors[Optimizer + name] = tensor;
        }

        foreach (var (name, tensor) in best.Weights)
        {
            tensors[Best + name] = tensor;
        }

        tensors[Random] = random;
        return tensors;
    }
}

using System.Text.Json;
using MaaS.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training;

/// <summary>Everything that the next epoch depends on: weights, optimizer state, random numbers, past epochs.</summary>
internal static class Checkpoint
{
    private const string Model = "model.", Optimizer = "optimizer.", Random = "random", Steps = "steps", Epochs = "epochs";

    public static void Save(
        string path, nn.Module<Tensor, Tensor> model, ParameterUpdate update, IReadOnlyList<EpochResult> epochs)
    {
        using var scope = NewDisposeScope();
        ModelWeights.Write(path, Tensors(model, update, get_rng_state()), new Dictionary<string, string>
        {
            [Steps] = $"{update.Steps}",
            [Epochs] = JsonSerializer.Serialize(epochs),
        });
    }

    /// <summary>Puts a saved state into a model and an optimizer.</summary>
    /// <returns>The epochs that led to it.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another model or optimizer.</exception>
    public static IReadOnlyList<EpochResult> Load(string path, nn.Module<Tensor, Tensor> model, ParameterUpdate update)
    {
        using var scope = NewDisposeScope();
        var random = get_rng_state();
        var metadata = ModelWeights.Read(path, Tensors(model, update, random));
        if (!metadata.TryGetValue(Steps, out var steps) || !metadata.TryGetValue(Epochs, out var epochs))
        {
            throw new InvalidDataException($"{path}: expected the metadata {Steps} and {Epochs} of a checkpoint, got none.");
        }

        update.Steps = long.Parse(steps);
        set_rng_state(random);
        return JsonSerializer.Deserialize<List<EpochResult>>(epochs) ?? [];
    }

    private static Dictionary<string, Tensor> Tensors(nn.Module<Tensor, Tensor> model, ParameterUpdate update, Tensor random)
    {
        var tensors = model.state_dict().ToDictionary(static e => Model + e.Key, static e => e.Value);
        foreach (var (name, tensor) in update.State)
        {
            tensors[Optimizer + name] = tensor;
        }

        tensors[Random] = random;
        return tensors;
    }
}

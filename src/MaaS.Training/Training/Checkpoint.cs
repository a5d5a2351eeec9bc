using System.Text.Json;
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
        TensorFile.Write(
            path,
            [
                .. model.state_dict().Select(static e => (Model + e.Key, e.Value)),
                .. update.State.Select(static e => (Optimizer + e.Name, e.Tensor)),
                (Random, get_rng_state()),
            ],
            new Dictionary<string, string> { [Steps] = $"{update.Steps}", [Epochs] = JsonSerializer.Serialize(epochs) });
    }

    /// <summary>Puts a saved state into a model and an optimizer.</summary>
    /// <returns>The epochs that led to it.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another model or optimizer.</exception>
    public static IReadOnlyList<EpochResult> Load(string path, nn.Module<Tensor, Tensor> model, ParameterUpdate update)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (tensors, metadata) = TensorFile.Read(path);
        List<(Tensor Target, Tensor Source)> copies = [];
        foreach (var (name, target) in model.state_dict().Select(static e => (Model + e.Key, e.Value))
            .Concat(update.State.Select(static e => (Optimizer + e.Name, e.Tensor))))
        {
            if (!tensors.TryGetValue(name, out var source) || !source.shape.SequenceEqual(target.shape))
            {
                throw new InvalidDataException(
                    $"{path}: expected {name} of shape ({string.Join(",", target.shape)}), got "
                    + $"{(source is null ? "none" : $"({string.Join(",", source.shape)})")}; it belongs to another model or optimizer.");
            }

            copies.Add((target, source));
        }

        if (!metadata.TryGetValue(Steps, out var steps) || !metadata.TryGetValue(Epochs, out var epochs)
            || !tensors.TryGetValue(Random, out var random))
        {
            throw new InvalidDataException($"{path}: expected a checkpoint, got tensors without {Steps}, {Epochs} and {Random}.");
        }

        foreach (var (target, source) in copies)
        {
            target.copy_(source);
        }

        update.Steps = long.Parse(steps);
        set_rng_state(random);
        return JsonSerializer.Deserialize<List<EpochResult>>(epochs) ?? [];
    }
}

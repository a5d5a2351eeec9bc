using MaaS.Training.Checkpoints;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Everything that the next epoch depends on, by name: weights, optimizer state, random numbers, the best
/// epoch's weights.</summary>
internal static class TrainingState
{
    private const string Model = "model.", Optimizer = "optimizer.", Best = "best.", Random = "random";

    public static void Save(
        string path,
        nn.Module<Tensor, Tensor> model, ParameterUpdate update, BestWeights best, IReadOnlyList<EpochResult> epochs,
        string? dataHash)
    {
        using var scope = NewDisposeScope();
        TrainingCheckpoint.Save(path, Tensors(model, update, best, get_rng_state()), update.Steps, epochs, dataHash);
    }

    /// <summary>Puts a saved state into a model, an optimizer and a memory of the best epoch.</summary>
    /// <returns>The epochs that led to it.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another model, other data or other
    /// options; the model is as it was.</exception>
    public static IReadOnlyList<EpochResult> Load(
        string path, nn.Module<Tensor, Tensor> model, ParameterUpdate update, BestWeights best, string? dataHash)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = TrainingCheckpoint.Open(path, dataHash);
        foreach (var epoch in checkpoint.Epochs)
        {
            best.Offer(epoch);   // Makes room for the weights that the file brings.
        }

        var random = get_rng_state();
        checkpoint.Fill(Tensors(model, update, best, random), ignored: Best);
        update.Steps = checkpoint.Steps;
        set_rng_state(random);
        return checkpoint.Epochs;
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

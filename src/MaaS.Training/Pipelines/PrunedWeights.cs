using System.Runtime.InteropServices;
using MaaS.Core.Packages;
using MaaS.Training.Interop;
using MaaS.Training.Pruning;
using static TorchSharp.torch;

namespace MaaS.Training.Pipelines;

/// <summary>Weights of a pruned model: the stored shapes are the sizes of its layers, and must fit each
/// other.</summary>
internal static class PrunedWeights
{
    /// <summary>Makes a fresh model as small as the stored one and gives it its weights.</summary>
    /// <exception cref="InvalidDataException">The weights belong to another architecture or do not fit each
    /// other.</exception>
    public static void Fill(nn.Module<Tensor, Tensor> module, TrainedModelInfo info, SafeTensorsFile file, string path)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Check(module, file, path);
        try
        {
            PrunedState.Load(
                module, file.Entries.ToDictionary(static e => e.Name, e => TensorValues.ToTensor(file[e.Name])));
            module.eval();
            var logits = module.call(zeros([2, .. info.InputShape]));   // (B, classes)
            if (logits.shape is not [2, var classes] || classes != info.Classes.Count)
            {
                throw new ArgumentException(
                    $"it gives ({string.Join(",", logits.shape)}) instead of (2,{info.Classes.Count})");
            }
        }
        catch (Exception e) when (e is ArgumentException or ExternalException)
        {
            throw new InvalidDataException(
                $"{path}: expected the weights of a pruned {info.Architecture}: {e.Message}", e);
        }
    }

    private static void Check(nn.Module module, SafeTensorsFile file, string path)
    {
        var full = module.state_dict();
        foreach (var entry in file.Entries)
        {
            if (!TensorValues.HasTorchType(entry.Type)
                || (
                    full.TryGetValue(entry.Name, out var tensor)
                        && entry.Shape.Zip(tensor.shape).Any(static s => s.First < 0 || s.First > s.Second)))
            {
                throw new InvalidDataException(
                    $"{path}: expected {entry.Name} of at most "
                        + $"({string.Join(",", full.GetValueOrDefault(entry.Name)?.shape ?? [])}), got "
                    + $"{entry.Type} ({string.Join(",", entry.Shape)}).");
            }
        }
    }
}

using MaaS.Core.Packages;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Checkpoints;

/// <summary>Weights of one or several <c>.safetensors</c> files.</summary>
/// <param name="checkpoint">Owned by this object.</param>
internal sealed class SafeTensorsWeights(SafeTensorsCheckpoint checkpoint) : IWeightFile
{
    public string Location => checkpoint.Location;

    public IReadOnlyList<WeightEntry> Entries { get; } =
        [.. checkpoint.Entries.Select(static e => new WeightEntry(e.Name, e.Type, e.Shape))];

    public Tensor Read(string name) => TensorValues.ToTensor(checkpoint[name]);

    public void Dispose() => checkpoint.Dispose();
}

using static TorchSharp.torch;

namespace MaaS.Training.Checkpoints;

/// <summary>Weights by name, whatever the format of their file.</summary>
internal interface IWeightFile : IDisposable
{
    /// <summary>The file or folder, for errors.</summary>
    string Location { get; }

    /// <summary>Every tensor.</summary>
    IReadOnlyList<WeightEntry> Entries { get; }

    /// <summary>A copy on the CPU that the caller owns.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    Tensor Read(string name);
}

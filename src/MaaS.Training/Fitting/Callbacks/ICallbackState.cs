using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Callbacks;

/// <summary>A callback with a state that later steps depend on; checkpoints keep it.</summary>
public interface ICallbackState
{
    /// <summary>Name of the state in checkpoints; one of a kind within a run.</summary>
    string StateName { get; }

    /// <summary>The state by name; numbers are tensors of one element. Read at once, and not disposed.</summary>
    IReadOnlyDictionary<string, Tensor> SaveState();

    /// <summary>Takes over a saved state.</summary>
    /// <param name="state">On the CPU, freed after the call.</param>
    /// <exception cref="InvalidDataException">It does not fit.</exception>
    void LoadState(IReadOnlyDictionary<string, Tensor> state);
}

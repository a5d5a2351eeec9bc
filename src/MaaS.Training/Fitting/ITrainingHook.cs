using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>Code that runs inside training.</summary>
public interface ITrainingHook
{
    /// <summary>Runs after each update of the weights and before the next forward pass, without gradients.</summary>
    /// <param name="weights">
    /// The trainable weights by their names in the state dictionary, float32, to be changed in place; in reduced
    /// precision the module's own parameters follow them.
    /// </param>
    void AfterStep(IReadOnlyDictionary<string, Tensor> weights);
}

using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Yes or no, of a module that takes one tensor and gives one logit a sample.</summary>
/// <inheritdoc cref="BinaryTask{TModel, TBatch}" path="/remarks"/>
public sealed class BinaryTask() : BinaryTask<nn.Module<Tensor, Tensor>, (Tensor Inputs, Tensor Targets)>(
    InputsAndTargets.Predict)
{
    /// <inheritdoc/>
    public override (Tensor Inputs, Tensor Targets) Round((Tensor Inputs, Tensor Targets) batch, ScalarType type)
        => InputsAndTargets.Round(batch, type);
}

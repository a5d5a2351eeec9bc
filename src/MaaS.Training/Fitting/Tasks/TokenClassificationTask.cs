using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>A class for every token, of a module that takes one tensor.</summary>
/// <inheritdoc cref="TokenClassificationTask{TModel, TBatch}" path="/remarks"/>
public sealed class TokenClassificationTask()
    : TokenClassificationTask<nn.Module<Tensor, Tensor>, (Tensor Inputs, Tensor Targets)>(
        InputsAndTargets.Predict)
{
    /// <inheritdoc/>
    public override (Tensor Inputs, Tensor Targets) Round((Tensor Inputs, Tensor Targets) batch, ScalarType type)
        => InputsAndTargets.Round(batch, type);
}

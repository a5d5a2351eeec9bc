using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Numbers, of a module that takes one tensor.</summary>
/// <param name="loss">Null for <see cref="RegressionLoss.Mse"/>.</param>
/// <inheritdoc cref="RegressionTask{TModel, TBatch}" path="/remarks"/>
public sealed class RegressionTask(RegressionLoss? loss = null)
    : RegressionTask<nn.Module<Tensor, Tensor>, (Tensor Inputs, Tensor Targets)>(
        InputsAndTargets.Predict, loss)
{
    /// <inheritdoc/>
    public override (Tensor Inputs, Tensor Targets) Round((Tensor Inputs, Tensor Targets) batch, ScalarType type)
        => InputsAndTargets.Round(batch, type);
}

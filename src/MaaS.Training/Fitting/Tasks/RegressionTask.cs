using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Numbers, of a module that takes one tensor.</summary>
/// <param name="loss">Null for <see cref="RegressionLoss.Mse"/>.</param>
/// <inheritdoc cref="RegressionTask{TModel, TBatch}" path="/remarks"/>
public sealed class RegressionTask(RegressionLoss? loss = null)
    : RegressionTask<nn.Module<Tensor, Tensor>, (Tensor Inputs, Tensor Targets)>(
        static (model, batch) => new(model.call(batch.Inputs), batch.Targets), loss);

using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Any number of labels a sample, of a module that takes one tensor and gives a logit a label.</summary>
/// <inheritdoc cref="MultiLabelTask{TModel, TBatch}" path="/remarks"/>
public sealed class MultiLabelTask() : MultiLabelTask<nn.Module<Tensor, Tensor>, (Tensor Inputs, Tensor Targets)>(
    InputsAndTargets.Predict)
{
    /// <inheritdoc/>
    public override (Tensor Inputs, Tensor Targets) Round((Tensor Inputs, Tensor Targets) batch, ScalarType type)
        => InputsAndTargets.Round(batch, type);
}

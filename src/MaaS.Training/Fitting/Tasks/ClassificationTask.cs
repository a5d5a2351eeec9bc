using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>One label a sample, of a module that takes one tensor.</summary>
/// <inheritdoc cref="ClassificationTask{TModel, TBatch}" path="/remarks"/>
public sealed class ClassificationTask()
    : ClassificationTask<nn.Module<Tensor, Tensor>, (Tensor Inputs, Tensor Targets)>(InputsAndTargets.Predict)
{
    /// <summary>The metric of correctly classified samples.</summary>
    public const string Accuracy = "accuracy";

    /// <inheritdoc/>
    public override (Tensor Inputs, Tensor Targets) Round((Tensor Inputs, Tensor Targets) batch, ScalarType type)
        => InputsAndTargets.Round(batch, type);
}

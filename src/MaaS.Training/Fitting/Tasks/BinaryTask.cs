using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Yes or no, of a module that takes one tensor and gives one logit a sample.</summary>
/// <inheritdoc cref="BinaryTask{TModel, TBatch}" path="/remarks"/>
public sealed class BinaryTask() : BinaryTask<nn.Module<Tensor, Tensor>, (Tensor Inputs, Tensor Targets)>(
    static (model, batch) => new(model.call(batch.Inputs), batch.Targets));

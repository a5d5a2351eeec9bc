using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>What tasks do with a module of one tensor and batches of inputs and targets.</summary>
internal static class InputsAndTargets
{
    /// <summary>Runs the module on the inputs.</summary>
    public static Prediction Predict(nn.Module<Tensor, Tensor> model, (Tensor Inputs, Tensor Targets) batch)
        => new(model.call(batch.Inputs), batch.Targets);

    /// <summary>Rounds the inputs alone: targets that are numbers keep their digits.</summary>
    public static (Tensor Inputs, Tensor Targets) Round((Tensor Inputs, Tensor Targets) batch, ScalarType type)
        => (batch.Inputs.is_floating_point() ? batch.Inputs.to(type) : batch.Inputs, batch.Targets);
}

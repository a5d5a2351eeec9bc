using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Loop;
using MaaS.Training.Fitting.Parameters;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Checkpointing;

/// <summary>The parts of a run whose tensors a checkpoint keeps.</summary>
/// <param name="Model">Parameters and buffers.</param>
/// <param name="Weights">Float32 weights, which stand for the model's parameters.</param>
/// <param name="Update">The optimizer.</param>
/// <param name="Best">Weights of the best epoch.</param>
/// <param name="Callbacks">What callbacks keep.</param>
internal sealed record CheckpointContent(
    nn.Module Model, MasterWeights Weights, ParameterUpdate Update, BestWeights Best, CallbackList Callbacks)
{
    public const string ModelPrefix = "model.", OptimizerPrefix = "optimizer.", BestPrefix = "best.",
        CallbackPrefix = "callback.", Random = "random";

    /// <summary>The tensors by name, but for those of callbacks.</summary>
    /// <param name="random">State of torch's generator.</param>
    public Dictionary<string, Tensor> Tensors(Tensor random)
    {
        var tensors = Model.state_dict().ToDictionary(
            e => ModelPrefix + e.Key, e => Weights.Unrounded(e.Key, e.Value));
        foreach (var (name, tensor) in Update.State)
        {
            tensors[OptimizerPrefix + name] = tensor;
        }

        foreach (var (name, tensor) in Best.Weights)
        {
            tensors[BestPrefix + name] = tensor;
        }

        tensors[Random] = random;
        return tensors;
    }

    /// <summary>The tensors of callbacks by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> CallbackTensors()
        => Callbacks.States.SelectMany(static s => s.SaveState()
            .Select(t => KeyValuePair.Create(Prefix(s) + t.Key, t.Value)));

    /// <summary>Start of the names of a callback's tensors.</summary>
    public static string Prefix(ICallbackState state) => $"{CallbackPrefix}{state.StateName}.";
}

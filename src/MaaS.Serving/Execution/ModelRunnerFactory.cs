using MaaS.Core.Inference;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Execution;

/// <summary>Decides how a model is loaded and run, from the options for its name.</summary>
public sealed class ModelRunnerFactory(IOptions<MaaSServingOptions> options, TimeProvider time)
{
    /// <summary>Threads of a model's session.</summary>
    /// <param name="name">The model's name in addresses.</param>
    public InferenceOptions SessionOptions(string name)
        => new() { IntraOpThreads = options.Value.For(name).IntraOpThreads ?? 0 };

    /// <summary>Makes the runner of a loaded model.</summary>
    /// <param name="name">The model's name in addresses.</param>
    /// <param name="model">The loaded model; the runner does not dispose it.</param>
    public IModelRunner Create(string name, InferenceModel model) => new DirectRunner(model, time);
}

using MaaS.Core.Drift;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Serving.Execution;

/// <summary>A loaded version of a model.</summary>
/// <param name="name">Name in addresses.</param>
/// <param name="version">1 or more.</param>
/// <param name="model">The network; null for an ensemble, which has only what its runner runs.</param>
/// <param name="manifest">What its package says; null for a bare <c>.onnx</c> file.</param>
/// <param name="runner">Runs its requests.</param>
public sealed class ServedModel(
    string name, long version, InferenceModel? model, ModelManifest? manifest, IModelRunner runner)
{
    // One for the repository and one for each lease: the last to leave frees the model.
    private readonly ReferenceCount _users = new(1);
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Name in addresses.</summary>
    public string Name { get; } = name;

    /// <summary>1 or more.</summary>
    public long Version { get; } = version;

    /// <summary>Inputs in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; init; } = model?.Inputs ?? [];

    /// <summary>Outputs in the model's order.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; init; } = model?.Outputs ?? [];

    /// <summary>The network; null for an ensemble of other models.</summary>
    public InferenceModel? Model { get; } = model;

    /// <summary>What its package says; null for a bare <c>.onnx</c> file.</summary>
    public ModelManifest? Manifest { get; } = manifest;

    /// <summary>
    /// Most rows of one run of a model whose tensors all begin with a batch axis, for clients that leave the axis out;
    /// 0 for any other model.
    /// </summary>
    internal int MaxBatchSize { get; init; }

    /// <summary>Most rows of one request; null for no limit but memory.</summary>
    internal int? MaxRows { get; init; }

    /// <summary>How it is run, the defaults of the server among it.</summary>
    internal ModelOptions Options { get; init; } = new();

    /// <summary>How its requests share runs; null for an ensemble, whose steps have rules of their own.</summary>
    internal BatchingOptions? Batching { get; init; }

    /// <summary>How its inputs and predictions were spread in training; null where its package does not say.</summary>
    public DriftBaseline? Drift { get; init; }

    /// <summary>Turns texts into the network's inputs; null where its package reads no texts.</summary>
    public TextEncoder? Text { get; init; }

    /// <summary>What a row of a model of tables is asked for with; null for none.</summary>
    public RowForm? Form { get; init; }

    /// <summary>Continues texts; null where its package is no language model.</summary>
    internal GenerationRunner? Generation { get; init; }

    /// <summary>Turns conversations into prompts; null where its package has no chat template, or one that is not
    /// supported.</summary>
    public ChatTemplate? ChatTemplate { get; init; }

    /// <summary>Why its chat template is not supported; null where it is, or where there is none.</summary>
    internal string? ChatFault { get; init; }

    /// <summary>Runs its requests; go through <see cref="IInferenceExecutor"/>, which knows every layer around
    /// it.</summary>
    internal IModelRunner Runner { get; } = runner;

    /// <summary>Completes when the last lease is back and the memory is free.</summary>
    internal Task Freed => _freed.Task;

    /// <summary>A lease, or null where the model is unloaded.</summary>
    internal ModelLease? TryAcquire() => _users.TryEnter() ? new ModelLease(this) : null;

    /// <summary>Gives a lease, or the repository's own hold, back.</summary>
    internal void Release()
    {
        if (_users.Leave())
        {
            Runner.Dispose();
            Generation?.Dispose();
            Model?.Dispose();
            _freed.SetResult();
        }
    }
}

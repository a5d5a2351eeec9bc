using MaaS.Training.Data;
using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Pruning;
using static TorchSharp.torch;

namespace MaaS.Training.Compression;

/// <summary>A module exported unpruned and at several pruning ratios; each time it is restored afterwards.</summary>
/// <param name="module">Takes (B, …) and gives logits (B, classes).</param>
/// <param name="train">What to fine-tune on.</param>
/// <param name="options">Ratios and fine-tuning.</param>
/// <param name="export">Exports the module as it is now.</param>
/// <param name="save">Writes the module's weights as they are now to a path, with the steps that led there.</param>
internal sealed class PrunedVersions(
    nn.Module<Tensor, Tensor> module, IBatchSource train, CompressorOptions options, Func<OnnxExportResult> export,
    Action<string, IReadOnlyList<string>> save)
{
    /// <summary>The module without pruning.</summary>
    /// <param name="folder">Where weights go.</param>
    public FloatNetwork Original(string folder) => Export("original", [], folder);

    /// <summary>The module without a share of its channels; null, with a reason, where there is nothing to
    /// remove.</summary>
    public (FloatNetwork? Network, string Reason) Prune(
        double ratio, string folder, CancellationToken cancellationToken)
    {
        var original = State();
        var training = module.training;
        try
        {
            using var indices = arange(0, Math.Min(2, train.Count), ScalarType.Int64);
            var (example, labels) = train.GetBatch(indices, module.parameters().First().device);
            using var owned = example;
            labels.Dispose();
            var pruner = new Pruner(module, example);
            var pruning = options.Pruning with { Goal = PruningGoal.Channels(ratio) };
            var report = options.FineTuning is null
                ? pruner.Prune(pruning, cancellationToken: cancellationToken)
                : pruner.Prune(pruning, new Trainer(options.FineTuning), train, null, null, cancellationToken);
            module.eval();
            return report.Final.Parameters < report.Before.Parameters
                ? (Export($"pruned-{100 * ratio:0.##}", [PruningStepText.Of(report, options.FineTuning)], folder), "")
                : (null, $"no channels of {module.GetName()} can go");
        }
        catch (PruningException e)
        {
            return (null, e.Message);
        }
        finally
        {
            PrunedState.Load(module, original);
            module.train(training);
            foreach (var tensor in original.Values)
            {
                tensor.Dispose();
            }
        }
    }

    private Dictionary<string, Tensor> State()
    {
        using var scope = NewDisposeScope();
        return module.state_dict()
            .ToDictionary(static e => e.Key, static e => e.Value.detach().clone().DetachFromDisposeScope());
    }

    private FloatNetwork Export(string name, IReadOnlyList<string> steps, string folder)
    {
        var weights = Path.Combine(folder, $"{name}.safetensors");
        save(weights, steps);
        return new FloatNetwork(name, export().Model, steps, weights);
    }
}

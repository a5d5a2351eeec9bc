using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Interop;
using MaaS.Training.Pruning.Analysis;
using MaaS.Training.Pruning.Structured;
using MaaS.Training.Pruning.Surgery;
using MaaS.Training.Reports;
using MaaS.Training.Startup;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning;

/// <summary>
/// Removes channels and attention heads from a module, in place: its parameters become smaller, its code stays, and
/// state dictionary, export and further training work as before.
/// </summary>
/// <remarks>
/// <para>Which channels depend on each other is found by tracing a forward pass (Fang et al. 2023: DepGraph). The
/// module's outputs keep their shape. Before anything is removed for good, each group is tried with one channel less;
/// where forward does not follow, because it names a number of channels, the group stays and the report says
/// why.</para>
/// <para>Parameters stay the same objects. An optimizer made before holds state of the old shapes: name it in
/// <see cref="ChannelPruningOptions.Optimizer"/>, or make a new one (<see cref="Trainer.Fit"/> always does).</para>
/// <para>Not thread-safe; the module must not be used elsewhere meanwhile.</para>
/// </remarks>
public sealed class Pruner
{
    private readonly TracedModule _module;

    /// <summary>Prunes a module with one input.</summary>
    /// <param name="module">Takes the example; stays the caller's.</param>
    /// <param name="example">Of the shape that matters: MACs and time are those of a pass over it. Stays the
    /// caller's.</param>
    public Pruner(nn.Module module, Tensor example)
        : this(module, [example])
    {
    }

    /// <summary>Prunes a module with several inputs.</summary>
    /// <param name="module">Its <c>call</c> or <c>forward</c> takes the examples.</param>
    /// <param name="examples">At least one; they stay the caller's.</param>
    public Pruner(nn.Module module, IReadOnlyList<Tensor> examples)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(examples);
        TorchRuntime.Ensure();
        _module = new TracedModule(module, examples);
    }

    /// <summary>Finds what can be pruned; the module is as it was afterwards.</summary>
    /// <param name="ignore">Modules whose output channels stay.</param>
    /// <param name="cancellationToken">Checked between runs of the module.</param>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    /// <exception cref="PruningException">The module cannot be traced.</exception>
    public PruningAnalysis Analyze(
        IReadOnlyCollection<string>? ignore = null, CancellationToken cancellationToken = default)
    {
        var analysis = Probe(ignore ?? [], cancellationToken);
        return new PruningAnalysis(analysis.Groups, analysis.FixedLayers, Figures(analysis, null));
    }

    /// <summary>Prunes.</summary>
    /// <param name="options">How; null for half the channels by L2 norm.</param>
    /// <param name="fineTune">Trains the module after each step; null to not train.</param>
    /// <param name="cancellationToken">
    /// Checked between runs of the module; a cancelled module keeps the steps that were complete.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of its range, or a layer's name is unknown.</exception>
    /// <exception cref="PruningException">The goal cannot be reached, or forward fails on the pruned module; the module
    /// keeps the steps that were complete.</exception>
    /// <exception cref="PruningException">The module cannot be traced.</exception>
    public PruningReport Prune(
        ChannelPruningOptions? options = null, Action<PruningStep>? fineTune = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new ChannelPruningOptions();
        options.Validate();
        ModuleNames.Known(options.Ratios.Keys, SubmoduleNames(), nameof(options.Ratios));
        var analysis = Probe(options.Ignore, cancellationToken);
        var run = new PruningRun(_module, options, analysis);
        var before = Figures(analysis, options.Evaluate);
        var pruned = before;
        for (var step = 1; step <= options.Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (step > 1)
            {
                analysis = Probe(options.Ignore, cancellationToken);
            }

            run.Step(analysis, step);
            analysis = Probe(options.Ignore, cancellationToken);
            if (step == options.Steps)
            {
                pruned = Figures(analysis, options.Evaluate);
            }

            var cost = new ModuleCost(_module, analysis);
            fineTune?.Invoke(
                new PruningStep(step, options.Steps, cost.Parameters(analysis.Nothing), cost.Macs(analysis.Nothing)));
        }

        return new PruningReport(
            options.Criterion.Name, before, pruned, fineTune is null ? null : pruned with
            {
                Score = options.Evaluate?.Invoke(),
            },
            run.Changes(), analysis.FixedLayers);
    }

    /// <summary>Prunes, and fine-tunes after each step.</summary>
    /// <param name="options">How.</param>
    /// <param name="trainer">Trains the module.</param>
    /// <param name="train">What to learn from.</param>
    /// <param name="validation">What to measure after each epoch; null as in <see cref="Trainer.Fit"/>.</param>
    /// <param name="progress">As in <see cref="Trainer.Fit"/>.</param>
    /// <param name="cancellationToken">Checked between runs and between training steps.</param>
    /// <exception cref="InvalidOperationException">The module is no <c>Module&lt;Tensor, Tensor&gt;</c>.</exception>
    public PruningReport Prune(
        ChannelPruningOptions options, Trainer trainer, IBatchSource train, IBatchSource? validation = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(train);
        var module = _module.Module as nn.Module<Tensor, Tensor> ?? throw new InvalidOperationException(
            $"Prune: expected a Module<Tensor, Tensor> to train, got {_module.Module.GetType().Name}; pass a fineTune "
                + "function.");
        return Prune(
            options, _ => trainer.Fit(module, train, validation, progress, cancellationToken), cancellationToken);
    }

    /// <summary>Measures what each group can lose alone; the module is as it was afterwards.</summary>
    /// <param name="evaluate">Measures the module, higher is better.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Checked between measurements.</param>
    /// <exception cref="ArgumentException">A ratio is out of its range, or a layer's name is unknown.</exception>
    public SensitivityReport MeasureSensitivity(
        Func<double> evaluate, SensitivityOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(evaluate);
        options ??= new SensitivityOptions();
        foreach (var ratio in options.Ratios)
        {
            PruningChecks.Ratio(ratio, nameof(options.Ratios));
        }

        var analysis = Probe(options.Ignore, cancellationToken);
        var scores = UnitScores.Of(_module, analysis, options.Criterion, new Dictionary<string, int>());
        List<SensitivityPoint> points = [];
        foreach (var group in scores.Where(static s => s.Order.Length > 0))
        {
            foreach (var ratio in options.Ratios)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var selection = new UnitSelection([group], new ChannelPruningOptions(), analysis.Slots.Count);
                var removed = selection.Choose(ratio, progress: 1);
                using var removal = ChannelRemoval.Apply(_module, analysis.Slots, removed);
                try
                {
                    var left = group.Group.ChannelUnits.Count(unit => !removed[unit.Slots[0]]);
                    points.Add(new SensitivityPoint(group.Group.Name, ratio, left, evaluate()));
                }
                finally
                {
                    removal.Undo();
                }
            }
        }

        return new SensitivityReport(evaluate(), points);
    }

    private DependencyAnalysis Probe(IReadOnlyCollection<string> ignore, CancellationToken cancellationToken)
    {
        var names = SubmoduleNames();
        ModuleNames.Known(ignore, names, nameof(ChannelPruningOptions.Ignore));
        var pinned = names.Where(name => ignore.Any(module => ModuleNames.IsBelow(name, module)))
            .ToDictionary(static name => name, static _ => "the layer is ignored");
        return new GroupProbe(_module, cancellationToken).Analyze(pinned);
    }

    private ModuleFigures Figures(DependencyAnalysis analysis, Func<double>? evaluate)
    {
        var cost = new ModuleCost(_module, analysis);
        return new ModuleFigures(
            cost.Parameters(analysis.Nothing), cost.Macs(analysis.Nothing), cost.Milliseconds(), evaluate?.Invoke());
    }

    private string[] SubmoduleNames() => [.. _module.Module.named_modules().Select(static m => m.name)];
}

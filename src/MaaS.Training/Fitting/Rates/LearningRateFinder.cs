using MaaS.Training.Data;
using MaaS.Training.Fitting.Tasks;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Rates;

/// <summary>Finds a learning rate: trains for some updates with a rate that grows exponentially, and looks where the
/// loss falls the steepest.</summary>
/// <remarks>Smith 2017: Cyclical learning rates for training neural networks, section 3.3.</remarks>
public static class LearningRateFinder
{
    /// <summary>Sweeps over learning rates; the model's weights and buffers and torch's generator are afterwards what
    /// they were.</summary>
    /// <param name="model">As it would be trained.</param>
    /// <param name="task">As it would be trained.</param>
    /// <param name="train">Training data.</param>
    /// <param name="options">As it would be trained: optimizer, batch size, device, precision; its learning rate,
    /// schedule, callbacks and checkpoints are left out.</param>
    /// <param name="sweep">Which rates; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the sweep.</param>
    /// <typeparam name="TModel">A module.</typeparam>
    /// <typeparam name="TBatch">What the source delivers.</typeparam>
    /// <exception cref="ArgumentException">Model, task, source and options do not fit together.</exception>
    public static LearningRateSweep Run<TModel, TBatch>(
        TModel model, TrainingTask<TModel, TBatch> task, IBatchSource<TBatch> train, TrainerOptions? options = null,
        LearningRateFinderOptions? sweep = null, CancellationToken cancellationToken = default)
        where TModel : nn.Module
    {
        ArgumentNullException.ThrowIfNull(model);
        sweep ??= new LearningRateFinderOptions();
        sweep.Validate();
        var recorder = new RateRecorder(sweep);
        var factor = Math.Pow(sweep.To / sweep.From, 1.0 / (sweep.Steps - 1));
        var trainer = new Trainer((options ?? new TrainerOptions()) with
        {
            Epochs = sweep.Steps,   // Each has a step at least; the recorder ends the run.
            LearningRateAt = step => sweep.From * Math.Pow(factor, step),
            SchedulerFactory = null,
            WarmupSteps = 0,
            WarmupShare = 0,
            EarlyStoppingPatience = null,
            RestoreBest = false,
            Monitor = null,
            ValidationFraction = 0,
            CheckpointPath = null,
            Checkpoints = null,
            Resume = false,
            FailedBatchPath = null,
            Callbacks = [recorder],
            Hooks = [],
        });
        using var scope = NewDisposeScope();
        var before = model.state_dict().ToDictionary(static e => e.Key, static e => e.Value.detach().clone());
        var random = get_rng_state();
        try
        {
            trainer.Fit(model, task, train, cancellationToken: cancellationToken);
        }
        catch (DivergedException) when (recorder.Points.Count > 0)
        {
            // Rates too high to learn with are what the sweep looks for: it ends there.
        }
        finally
        {
            using var noGrad = no_grad();
            foreach (var (name, tensor) in model.state_dict())
            {
                tensor.copy_(before[name]);
            }

            set_rng_state(random);
        }

        return new LearningRateSweep(recorder.Points);
    }
}

using MaaS.Core.Metrics;
using MaaS.Training.Data;
using MaaS.Training.Evaluation;
using MaaS.Training.Reports;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>One run over one model and data set: the state that lives from its first to its last step.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const double ReportSeconds = 0.1;

    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly IBatchSource _data;
    private readonly TrainerOptions _options;
    private readonly Device _device;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly int _threadsBefore = get_num_threads();
    private readonly long _batchSize;
    private readonly MasterWeights _weights;
    private readonly ParameterUpdate _update;
    private readonly LearningRateSchedule _schedule;
    private readonly WorkerPool _pool;

    public TrainingRun(
        nn.Module<Tensor, Tensor> model, IBatchSource data, TrainerOptions options, Device device,
        IProgress<TrainingProgress>? progress)
    {
        _model = model.to(device);
        _model.eval();   // Also where a checkpoint leaves nothing to do.
        (_data, _options, _device, _progress) = (data, options, device, progress);
        _batchSize = options.Optimizer == OptimizerKind.GradientDescent
            ? data.Count : Math.Min(options.BatchSize, data.Count);
        Plan = ExecutionPlan.For(model, options, device, _batchSize);
        manual_seed(options.Seed);
        _weights = new MasterWeights(model, options.Precision);
        if (_weights.Weights.Count == 0)
        {
            throw new ArgumentException(
                $"{model.GetName()}: expected at least one parameter to train, got none.", nameof(model));
        }

        _update = ParameterUpdate.Create(options, _weights.Weights);
        var stepsPerEpoch = (data.Count + _batchSize - 1) / _batchSize;
        _schedule = new LearningRateSchedule(
            options.Schedule, options.LearningRate, options.Epochs * stepsPerEpoch, stepsPerEpoch,
            options.ScheduleStepEpochs,
            options.ScheduleGamma);
        set_num_threads(Plan.ThreadsPerWorker);
        _pool = new WorkerPool(Plan.Workers, () => set_num_threads(Plan.ThreadsPerWorker));
    }

    public ExecutionPlan Plan { get; }

    /// <summary>The epochs of the checkpoint, whose state is loaded; none without a checkpoint.</summary>
    /// <param name="best">Learns of the epochs and gets the weights of the best one.</param>
    public IReadOnlyList<EpochResult> Resume(BestWeights best)
    {
        if (_options is not { Resume: true, CheckpointPath: { } path } || !File.Exists(path))
        {
            return [];
        }

        var epochs = TrainingState.Load(path, _model, _update, best, _options.DataHash);
        _weights.Reload();
        return epochs;
    }

    /// <summary>One pass over the data set.</summary>
    public EpochResult Epoch(int epoch, CancellationToken cancellationToken)
    {
        _model.train();
        _weights.Enter();
        try
        {
            using var meter = new EpochMeter(_device);
            var order = Order(epoch);
            var rate = 0.0;
            var nextReport = 0.0;
            for (var start = 0; start < order.Length; start += (int)_batchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var samples = order.AsMemory(start, (int)Math.Min(_batchSize, order.Length - start));
                rate = _schedule.At(_update.Steps);
                Step(samples, rate, meter);
                if (meter.Seconds >= nextReport)
                {
                    Report(epoch, meter, rate);
                    nextReport = meter.Seconds + ReportSeconds;
                }
            }

            CheckFinite(meter, epoch, rate);
            return new EpochResult(epoch, rate, meter.Loss, meter.Accuracy, null, null, meter.Seconds);
        }
        finally
        {
            _weights.Leave();
            _model.eval();
        }
    }

    /// <summary>Loss and accuracy of another data set with the current weights.</summary>
    public ClassificationReport Evaluate(IBatchSource data, CancellationToken cancellationToken)
    {
        set_num_threads(Plan.Workers * Plan.ThreadsPerWorker);
        try
        {
            return Evaluator.Evaluate(
                _model, data, new EvaluatorOptions { ChannelsLast = Plan.ChannelsLast }, cancellationToken);
        }
        finally
        {
            set_num_threads(Plan.ThreadsPerWorker);
        }
    }

    /// <summary>Reports an epoch and writes the checkpoint.</summary>
    public void Complete(EpochResult epoch, IReadOnlyList<EpochResult> epochs, BestWeights best)
    {
        if (_options.CheckpointPath is { } path)
        {
            TrainingState.Save(path, _model, _update, best, epochs, _options.DataHash);
        }

        _progress?.Report(new TrainingProgress(
            epoch.Epoch, _options.Epochs, _data.Count, _data.Count, epoch.TrainLoss, epoch.TrainAccuracy,
            _data.Count / epoch.Seconds, epoch));
    }

    public void Dispose()
    {
        _pool.Dispose();
        _update.Dispose();
        _weights.Dispose();
        set_num_threads(_threadsBefore);
    }

    private void Step(ReadOnlyMemory<long> samples, double rate, EpochMeter meter)
    {
        using var scope = NewDisposeScope();
        var pass = new ForwardBackward(_model, _weights.Parameters, _data, _options, Plan, _device);
        var batch = Gradient(pass, samples);
        meter.Add(batch, samples.Length);
        var gradients = Array.ConvertAll(batch.Gradients, static g => g?.to(ScalarType.Float32));
        if (_options.GradientClipNorm is { } limit)
        {
            GradientClip.Apply(gradients, limit);
        }

        _update.Step(gradients, rate);
        RunHooks();
        _weights.Publish();
    }

    private void RunHooks()
    {
        using var noGrad = no_grad();
        foreach (var hook in _options.Hooks)
        {
            hook.AfterStep(_weights.ByName);
        }
    }

    // The shards' results are added in the workers' order, whichever is ready first.
    private BatchGradient Gradient(ForwardBackward pass, ReadOnlyMemory<long> samples)
    {
        var workers = Math.Min(Plan.Workers, samples.Length);
        var stream = (_update.Steps + 1) << 32;
        if (workers == 1)
        {
            return pass.Run(samples.Span, samples.Length, stream);
        }

        var parts = new BatchGradient?[workers];
        _pool.Run(worker =>
        {
            if (worker < workers)
            {
                var (from, to) = (samples.Length * worker / workers, samples.Length * (worker + 1) / workers);
                parts[worker] = pass.Run(samples.Span[from..to], samples.Length, stream + from);
            }
        });
        for (var worker = 1; worker < workers; worker++)
        {
            parts[0]!.Add(parts[worker]!);
        }

        return parts[0]!;
    }

    private long[] Order(int epoch)
    {
        if (_data is IBatchOrder source)
        {
            return source.Order(_options.Seed, epoch, (int)_batchSize);
        }

        var order = new long[_data.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        new SeededRandom(_options.Seed, epoch).Shuffle(order);
        return order;
    }

    private void Report(int epoch, EpochMeter meter, double rate)
    {
        CheckFinite(meter, epoch, rate);
        _progress?.Report(new TrainingProgress(
            epoch, _options.Epochs, meter.Samples, _data.Count, meter.Loss, meter.Accuracy,
            meter.Samples / meter.Seconds)
        {
            LearningRate = rate,
        });
    }

    private static void CheckFinite(EpochMeter meter, int epoch, double rate)
    {
        if (!double.IsFinite(meter.Loss))
        {
            throw new DivergedException(
                $"Training: expected a finite loss, got {meter.Loss} in epoch {epoch} after {meter.Samples} samples; "
                    + "try a lower "
                + $"learning rate than {rate:g3}, gradient clipping (GradientClipNorm = 1), or check the inputs for "
                + "NaN.");
        }
    }
}

using System.Diagnostics;
using MaaS.Training.Data;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Checkpointing;
using MaaS.Training.Fitting.Parameters;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Reports;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>One run over one model and source, from its first to its last epoch. Its stations: weights of rank 0 to
/// all; what a checkpoint keeps; then epoch by epoch the steps (<see cref="EpochSteps{TModel, TBatch}"/>), validation,
/// the best weights, and checkpoints (<see cref="CheckpointSchedule"/>).</summary>
internal sealed class TrainingLoop<TModel, TBatch> : IDisposable
    where TModel : nn.Module
{
    private readonly TModel _model;
    private readonly TrainingTask<TModel, TBatch> _task;
    private readonly IBatchSource<TBatch> _train;
    private readonly IBatchSource<TBatch>? _validation;
    private readonly TrainerOptions _options;
    private readonly Device _device;
    private readonly int _threadsBefore = get_num_threads();
    private readonly int _batchSize;
    private readonly MonitoredMetric _monitor;
    private readonly MasterWeights _weights;
    private readonly ParameterSetting[] _settings;
    private readonly WeightUpdater _updater;
    private readonly WorkerPool _pool;
    private readonly BestWeights _best;
    private readonly CallbackList _callbacks;
    private readonly TrainingContext _context;
    private readonly ProgressReports _reports;
    private readonly CheckpointSchedule? _checkpoints;
    private readonly ExecutionPlan _plan;

    public TrainingLoop(
        TModel model, TrainingTask<TModel, TBatch> task, IBatchSource<TBatch> train, IBatchSource<TBatch>? validation,
        TrainerOptions options, Device device, IProgress<TrainingProgress>? progress)
    {
        _model = model.to(device);
        _model.eval();   // Also where a checkpoint leaves nothing to do.
        (_task, _train, _validation, _options, _device) = (task, train, validation, options, device);
        options.Precision.Require(device);
        _batchSize = BatchCount.Size(train.Count, options);
        _plan = ExecutionPlan.For(
            model, options, device, _batchSize, train is IDividedSource<TBatch> && task.IsDivisible);
        var length = new RunLength(options.Epochs, BatchCount.Steps(train.Count, _batchSize, options));
        using var generator = manual_seed(options.Seed);
        _monitor = MonitoredMetric.Of(options, task);
        _callbacks = new CallbackList(options);
        _weights = new MasterWeights(model, options.Precision, asParameters: options.OptimizerFactory is not null);
        if (_weights.Weights.Count == 0)
        {
            throw new ArgumentException(
                $"{model.GetName()}: expected at least one parameter to train, got none.", nameof(model));
        }

        _settings = ParameterSetting.Of(
            [.. _weights.Names.Zip(_weights.Weights)], options.ParameterRules, options.WeightDecay);
        _updater = new WeightUpdater(options, _weights, _settings, length)
        {
            LossScale = new LossScale(options.Precision == TrainingPrecision.Fp16),
        };
        _best = new BestWeights(
            model, keep: options.EarlyStoppingPatience is not null || options.RestoreBest, _weights.FixedNames);
        _reports = new ProgressReports(
            options.Processes is { Rank: > 0 } ? null : progress, train.Count, length,
            train as Data.Streams.IMeasuredSource);
        var description = new Lazy<RunDescription>(
            () => RunDescription.Of(
                options, task, (_updater.Update as TorchUpdate)?.Optimizer, _plan, length, _batchSize,
                train.Fingerprint));
        _context = new TrainingContext(
            model, options, device, _weights, length, Warn, () => description.Value);
        if (options.Checkpointing)
        {
            _checkpoints = new CheckpointSchedule(
                options, new CheckpointContent(model, _weights, _updater.Update, _best, _callbacks),
                description.Value);
        }

        set_num_threads(_plan.ThreadsPerWorker);
        _pool = new WorkerPool(_plan.Workers, () => set_num_threads(_plan.ThreadsPerWorker));
    }

    /// <summary>The whole run.</summary>
    public TrainingResult Run(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            GroupBroadcast.Send(_options.Processes, _model.state_dict());
            _weights.Reload();
            _callbacks.Each(c => c.OnRunStart(_context));
            List<EpochResult> epochs = [];
            var position = Resume(epochs);
            while (epochs.Count < _options.Epochs && !StoppedEarly(epochs) && !_context.StopRequested)
            {
                Epoch(epochs, position, cancellationToken);
                position = null;
            }

            _callbacks.Each(c => c.OnRunEnd(_context));
            _best.Restore();
            return new TrainingResult(
                epochs, _best.Epoch, StoppedEarly(epochs), Stopwatch.GetElapsedTime(started).TotalSeconds, _plan)
            {
                Warnings = _reports.Warnings,
            };
        }
        catch (Exception failure)
        {
            try
            {
                _callbacks.Each(c => c.OnFailure(_context, failure));
            }
            finally
            {
                if (failure is not CancelledTogetherException)
                {
                    _options.Processes?.Abort(failure.Message);   // The others would wait for this one.
                }
            }

            throw;
        }
    }

    public void Dispose()
    {
        _checkpoints?.Dispose();
        _pool.Dispose();
        _updater.Dispose();
        _best.Dispose();
        _weights.Dispose();
        set_num_threads(_threadsBefore);
    }

    private TrainingPosition? Resume(List<EpochResult> epochs)
    {
        if (_checkpoints?.Load(Learn, Warn) is not { } resumed)
        {
            return null;
        }

        _weights.Reload();
        (var position, var complete) = resumed;
        ResumeAgreement.Require(_options.Processes, position.Steps);
        epochs.AddRange(complete);
        _context.Step = position.Steps;
        _context.Epoch = complete.Count;
        (_updater.LossScale.Scale, _updater.LossScale.Good) = (position.LossScale, position.LossScaleSteps);
        _updater.Schedule?.Replay(position.Steps, epochs.Select(_monitor.Of));
        return position.EpochSteps > 0 ? position : null;
    }

    // Makes room for the weights of the best epoch that a checkpoint brings.
    private void Learn(IReadOnlyList<EpochResult> epochs)
    {
        foreach (var epoch in epochs)
        {
            _best.Offer(epoch.Epoch, _monitor.Of(epoch), _monitor.GreaterIsBetter);
        }
    }

    private void Epoch(List<EpochResult> epochs, TrainingPosition? position, CancellationToken cancellationToken)
    {
        _context.Epoch = epochs.Count + 1;
        if (position is null)
        {
            _callbacks.Each(c => c.OnEpochStart(_context));
        }

        _weights.Freeze(_settings, _context.Epoch);
        var meter = new EpochMeter();
        var epoch = Train(epochs, meter, position, cancellationToken);

        BufferAverage.Take(_options.Processes, _model);
        _callbacks.Each(c => c.OnValidationStart(_context));
        if (_validation is not null)
        {
            epoch = Validated(epoch, cancellationToken);
        }

        var metric = _monitor.Of(epoch);
        epochs.Add(epoch);
        var best = _best.Offer(epoch.Epoch, metric, _monitor.GreaterIsBetter);
        _callbacks.Each(c => c.OnValidationEnd(_context, epoch));
        _updater.Schedule?.EpochDone(metric);
        _callbacks.Each(c => c.OnEpochEnd(_context, epoch));
        var last = epochs.Count == _options.Epochs || StoppedEarly(epochs) || _context.StopRequested;
        _checkpoints?.EpochDone(Position(epochs.Count + 1), epochs, best, last, Saved, Warn);
        _reports.Completed(epoch, meter.Samples);
    }

    private EpochResult Train(
        List<EpochResult> epochs, EpochMeter meter, TrainingPosition? position, CancellationToken cancellationToken)
    {
        _model.train();
        _weights.Enter();
        try
        {
            var steps = new EpochSteps<TModel, TBatch>(
                new ForwardBackward<TModel, TBatch>(
                    _model, _task, _weights, _plan, _pool, _options.FailedBatchPath,
                    _options.AccumulationSteps == 1 ? _updater.Exchange : null), _updater, meter, _options,
                _context, _callbacks, _checkpoints);
            var plan = Plan(_batchSize, shuffle: true) with { Skip = steps.Start(position, _batchSize) };
            using var batches = DividedBatches.Read(_train, plan, BetweenSteps(cancellationToken)).GetEnumerator();
            using var batchNorm = _options is { SynchronizeBatchNorm: true, Processes: { Size: > 1 } group }
                ? SynchronizedBatchNorm.Attach(_model, group) : null;
            while (steps.Count < (_options.StepsPerEpoch ?? long.MaxValue) && !_context.StopRequested
                && steps.Next(batches, cancellationToken) is { } due)
            {
                _reports.Step(meter, _context);
                if (due)
                {
                    LossCheck.RequireFinite(_weights.Weights, _context);
                    BufferAverage.Take(_options.Processes, _model);
                    _checkpoints!.StepDone(
                        Position(_context.Epoch, steps, meter, _batchSize), epochs, Saved, Warn);
                }
            }

            if (steps.Count == 0)
            {
                throw new InvalidDataException(
                    $"Training: expected at least one batch in epoch {_context.Epoch}, got none.");
            }

            _reports.ReadingEnded(Warn);
            LossCheck.RequireFinite(_weights.Weights, _context);
            var means = EpochMeter.Divided(meter.Totals(_options.Processes));
            return new EpochResult(
                _context.Epoch, _context.LearningRate, means[BatchMetrics.LossName],
                means.GetValueOrDefault(ClassificationTask.Accuracy, double.NaN), null, null, meter.Seconds)
            {
                TrainMetrics = means,
            };
        }
        finally
        {
            _weights.Leave();
            _model.eval();
        }
    }

    private EpochResult Validated(EpochResult epoch, CancellationToken cancellationToken)
    {
        set_num_threads(_plan.Workers * _plan.ThreadsPerWorker);
        try
        {
            var metrics = Measurement.Of(
                _model, _task, _validation!, Plan(_options.ValidationBatchSize ?? _batchSize, shuffle: false),
                _plan.ChannelsLast, _options.Processes, BetweenSteps(cancellationToken));
            return epoch with
            {
                ValidationMetrics = metrics,
                ValidationLoss = metrics[BatchMetrics.LossName],
                ValidationAccuracy = metrics.TryGetValue(ClassificationTask.Accuracy, out var share) ? share : null,
            };
        }
        finally
        {
            set_num_threads(_plan.ThreadsPerWorker);
        }
    }

    private EpochPlan Plan(int batchSize, bool shuffle)
        => new(_options.Seed, _context.Epoch, batchSize, _device, shuffle, 0, _context.Rank, _context.ProcessCount);

    // Several processes agree on the end before a step; one that stopped elsewhere would leave the others waiting.
    private CancellationToken BetweenSteps(CancellationToken cancellationToken)
        => _options.Processes is { Size: > 1 } ? CancellationToken.None : cancellationToken;

    private TrainingPosition Position(
        int epoch, EpochSteps<TModel, TBatch>? steps = null, EpochMeter? meter = null, int batchSize = 0)
        => new(
            epoch, (steps?.Batches ?? 0) * batchSize * _context.ProcessCount, _context.Step, steps?.Count ?? 0,
            meter?.Samples ?? 0, meter?.Seconds ?? 0, meter?.Totals(_options.Processes) ?? [],
            _updater.LossScale.Scale, _updater.LossScale.Good);

    private bool StoppedEarly(List<EpochResult> epochs) => epochs.Count - _best.Epoch >= _options.EarlyStoppingPatience;

    private void Saved(string path) => _callbacks.Each(c => c.OnCheckpointSaved(_context, path));

    private void Warn(string message)
    {
        _reports.Warn(message, _context);
        _callbacks.Each(c => c.OnWarning(_context, message));
    }
}

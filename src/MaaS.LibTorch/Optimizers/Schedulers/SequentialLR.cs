namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>One scheduler after the other; milestones are the epochs at which the next one takes over.</summary>
                public class SequentialLR : LRScheduler
                {
                    private readonly LRScheduler[] _schedulers;
                    private readonly int[] _milestones;

                    public SequentialLR(Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1)
                        : base(optimizer, last_epoch + 1)
                    {
                        (_schedulers, _milestones) = ([.. schedulers], [.. milestones]);
                        if (_schedulers.Any(s => s._optimizer != optimizer))
                            throw new ArgumentException("The SequentialLR scheduler expects all its sub-schedulers to be bound to the same optimizer.", nameof(schedulers));
                        if (_milestones.Length != _schedulers.Length - 1)
                            throw new ArgumentException(
                                $"SequentialLR: expected one milestone less than schedulers, got {_milestones.Length} for {_schedulers.Length}.", nameof(milestones));
                        // The schedulers' constructors have each changed the rate; only the first one's change stands.
                        foreach (var group in optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate;
                        foreach (var scheduler in _schedulers) scheduler.Undo();
                        _schedulers[0].step();
                        _last_lrs = _schedulers[0]._last_lrs;
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        var current = _milestones.Count(m => m <= _last_epoch);
                        if (current > 0 && _milestones[current - 1] == _last_epoch) _schedulers[current].step(0);
                        else _schedulers[current].step();
                        return Rates;
                    }
                }

                /// <summary>All schedulers at once: each changes what the one before it left.</summary>
                public class ChainedLR : LRScheduler
                {
                    private readonly LRScheduler[] _schedulers;

                    /// <exception cref="ArgumentException">No scheduler, or schedulers of different optimizers.</exception>
                    public ChainedLR(IEnumerable<LRScheduler> schedulers) : this([.. schedulers])
                    {
                    }

                    private ChainedLR(LRScheduler[] schedulers) : base(OneOptimizer(schedulers)) => _schedulers = schedulers;

                    public override void step(int? epoch)
                    {
                        foreach (var scheduler in _schedulers) scheduler.step(epoch);
                        _last_epoch = epoch ?? _last_epoch + 1;
                        _last_lrs = [.. Rates];
                    }

                    internal override void Undo()
                    {
                        foreach (var scheduler in _schedulers) scheduler.Undo();
                        base.Undo();
                    }

                    private static Optimizer OneOptimizer(LRScheduler[] schedulers) =>
                        schedulers.Length > 0 && schedulers.All(s => s._optimizer == schedulers[0]._optimizer)
                            ? schedulers[0]._optimizer
                            : throw new ArgumentException("ChainedLR: expected schedulers, all bound to the same optimizer.", nameof(schedulers));
                }
            }
        }
    }
}

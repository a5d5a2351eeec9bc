namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The rate times factor when a metric has not improved for patience epochs; step with the metric.</summary>
                public class ReduceLROnPlateau : LRScheduler
                {
                    private readonly bool _lower, _relative;
                    private readonly double _factor, _threshold, _eps;
                    private readonly int _patience, _cooldown;
                    private readonly List<double> _least;
                    private double _best;
                    private int _cooling, _bad;

                    /// <param name="optimizer">Whose rates change.</param>
                    /// <param name="mode">"min" where less is better, "max" where more is.</param>
                    /// <param name="factor">Below 1.</param>
                    /// <param name="patience">How many epochs without improvement pass first.</param>
                    /// <param name="threshold">What counts as improvement.</param>
                    /// <param name="threshold_mode">"rel" for a share of the best value, "abs" for a difference.</param>
                    /// <param name="cooldown">Epochs after a change that do not count.</param>
                    /// <param name="min_lr">The least rate, of all groups or of each.</param>
                    /// <param name="eps">Smaller changes are not made.</param>
                    /// <param name="verbose">Whether changes are printed.</param>
                    public ReduceLROnPlateau(Optimizer optimizer, string mode = "min", double factor = 0.1, int patience = 10, double threshold = 1e-4,
                        string threshold_mode = "rel", int cooldown = 0, IList<double>? min_lr = null, double eps = 1e-8, bool verbose = false)
                        : base(optimizer, -1, verbose)
                    {
                        if (factor >= 1.0) throw new ArgumentException("Factor should be < 1.0");
                        if (mode is not ("min" or "max")) throw new ArgumentException($"mode {mode} is unknown!");
                        if (threshold_mode is not ("rel" or "abs")) throw new ArgumentException($"threshold mode {threshold_mode} is unknown!");
                        (_lower, _relative) = (mode == "min", threshold_mode == "rel");
                        (_factor, _patience, _threshold, _cooldown, _eps) = (factor, patience, threshold, cooldown, eps);
                        var groups = _base_lrs.Count;
                        _least = min_lr is { Count: > 1 } ? ForEachGroup(min_lr, nameof(min_lr)) : [.. Enumerable.Repeat(min_lr?.FirstOrDefault() ?? 0, groups)];
                        _best = _lower ? double.PositiveInfinity : double.NegativeInfinity;
                        _last_epoch = 0;
                    }

                    public override void step() =>
                        throw new InvalidOperationException("step() should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    public override void step(int? epoch) =>
                        throw new InvalidOperationException("step(int?) should not be used with the ReduceLROnPlateau scheduler. Use step(double, int?), instead.");

                    public override void step(double current, int? epoch = null)
                    {
                        _last_epoch = epoch ?? _last_epoch + 1;
                        if (IsBetter(current)) (_best, _bad) = (current, 0);
                        else _bad++;
                        if (_cooling > 0)
                        {
                            _cooling--;
                            _bad = 0;
                        }
                        if (_bad > _patience)
                        {
                            Reduce();
                            (_cooling, _bad) = (_cooldown, 0);
                        }
                        _last_lrs = [.. Rates];
                    }

                    private bool IsBetter(double value) => (_lower, _relative) switch
                    {
                        (true, true) => value < _best * (1 - _threshold),
                        (true, false) => value < _best - _threshold,
                        (false, true) => value > _best * (1 + _threshold),
                        (false, false) => value > _best + _threshold,
                    };

                    private void Reduce()
                    {
                        var groups = _optimizer.ParamGroups.ToList();
                        for (var i = 0; i < groups.Count; i++)
                        {
                            var reduced = Math.Max(groups[i].LearningRate * _factor, _least[i]);
                            if (groups[i].LearningRate - reduced <= _eps) continue;
                            groups[i].LearningRate = reduced;
                            if (_verbose) Console.WriteLine($"Epoch {_last_epoch}: reducing learning rate of group {i} to {reduced:g4}.");
                        }
                    }
                }
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>One rise to max_lr and one long fall, step by step (Smith and Topin 2018); momentum goes the other way.</summary>
                public class OneCycleLR : LRScheduler
                {
                    private readonly int _steps;
                    private readonly bool _cycleMomentum, _linear;
                    private readonly List<double> _maxLrs, _initialLrs, _minLrs, _baseMomentum, _maxMomentum;
                    private readonly (double end, List<double> fromRate, List<double> toRate, List<double> fromMomentum, List<double> toMomentum)[] _phases;

                    public OneCycleLR(Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3,
                        AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, double base_momentum = 0.85, double max_momentum = 0.95,
                        double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, ForAll(optimizer, max_lr), total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum,
                            ForAll(optimizer, base_momentum), ForAll(optimizer, max_momentum), div_factor, final_div_factor, three_phase, last_epoch, verbose)
                    {
                    }

                    public OneCycleLR(Optimizer optimizer, IEnumerable<double> max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1,
                        double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, IEnumerable<double>? base_momentum = null,
                        IEnumerable<double>? max_momentum = null, double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1,
                        bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        if (cycle_momentum && optimizer is not (IMomentum or IBetas))
                            throw new ArgumentException("optimizer must support momentum with `cycle_momentum` option enabled");
                        if (pct_start is < 0 or > 1) throw new ArgumentException($"Expected float between 0 and 1 for pct_start, but got {pct_start}");
                        if (total_steps == -1 && (epochs <= 0 || steps_per_epoch <= 0))
                            throw new ArgumentException("You must define either total_steps OR (epochs AND steps_per_epoch)");
                        if (total_steps is not -1 and <= 0) throw new ArgumentException($"Expected positive integer total_steps, but got {total_steps}");
                        _steps = total_steps != -1 ? total_steps : epochs * steps_per_epoch;
                        _cycleMomentum = cycle_momentum;
                        _linear = anneal_strategy == AnnealStrategy.Linear;
                        _maxLrs = ForEachGroup(max_lr, nameof(max_lr));
                        _initialLrs = [.. _maxLrs.Select(rate => rate / div_factor)];
                        _minLrs = [.. _initialLrs.Select(rate => rate / final_div_factor)];
                        _baseMomentum = ForEachGroup(base_momentum ?? ForAll(optimizer, 0.85), nameof(base_momentum));
                        _maxMomentum = ForEachGroup(max_momentum ?? ForAll(optimizer, 0.95), nameof(max_momentum));
                        var rise = (pct_start * _steps) - 1;
                        _phases = three_phase
                            ?
                            [
                                (rise, _initialLrs, _maxLrs, _maxMomentum, _baseMomentum),
                                ((2 * pct_start * _steps) - 2, _maxLrs, _initialLrs, _baseMomentum, _maxMomentum),
                                (_steps - 1, _initialLrs, _minLrs, _maxMomentum, _maxMomentum),
                            ]
                            :
                            [
                                (rise, _initialLrs, _maxLrs, _maxMomentum, _baseMomentum),
                                (_steps - 1, _maxLrs, _minLrs, _baseMomentum, _maxMomentum),
                            ];
                        step();
                    }

                    public enum AnnealStrategy
                    {
                        Cos,
                        Linear,
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch > _steps)
                            throw new InvalidOperationException($"Tried to step {_last_epoch + 1} times. The specified number of total steps is {_steps}");
                        var number = Array.FindIndex(_phases, phase => _last_epoch <= phase.end);
                        if (number < 0) number = _phases.Length - 1;
                        var start = number == 0 ? 0 : _phases[number - 1].end;
                        var (end, fromRate, toRate, fromMomentum, toMomentum) = _phases[number];
                        var share = end > start ? (_last_epoch - start) / (end - start) : 1;   // A phase without length is over.
                        var i = 0;
                        foreach (var group in _optimizer.ParamGroups)
                        {
                            if (_cycleMomentum) SetMomentum(group, Anneal(fromMomentum[i], toMomentum[i], share));
                            yield return Anneal(fromRate[i], toRate[i], share);
                            i++;
                        }
                    }

                    private static void SetMomentum(ILearningRateController group, double momentum)
                    {
                        if (group is IBetas betas) betas.Betas = (momentum, betas.Betas.Item2);
                        else ((IMomentum)group).Momentum = momentum;
                    }

                    private double Anneal(double from, double to, double share) =>
                        _linear ? ((to - from) * share) + from : to + ((from - to) / 2.0 * (Math.Cos(Math.PI * share) + 1));
                }
            }
        }
    }
}

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The rate goes up and down between two bounds, step by step (Smith 2017); momentum goes the other way.</summary>
                public class CyclicLR : LRScheduler
                {
                    private readonly double _length, _upShare;
                    private readonly Func<double, double> _scale;
                    private readonly bool _scaleByCycle, _cycleMomentum;
                    private readonly List<double> _maxLrs, _baseMomentum, _maxMomentum;

                    public CyclicLR(Optimizer optimizer, double base_lr, double max_lr, int step_size_up = 2000, int step_size_down = -1, Mode mode = Mode.Triangular,
                        double gamma = 1.0, Func<double, double>? scale_fn = null, ScaleMode scale_mode = ScaleMode.Cycle, bool cycle_momentum = true,
                        double base_momentum = 0.8, double max_momentum = 0.9, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, ForAll(optimizer, base_lr), ForAll(optimizer, max_lr), step_size_up, step_size_down, mode, gamma, scale_fn, scale_mode,
                            cycle_momentum, ForAll(optimizer, base_momentum), ForAll(optimizer, max_momentum), last_epoch, verbose)
                    {
                    }

                    public CyclicLR(Optimizer optimizer, IEnumerable<double> base_lr, IEnumerable<double> max_lr, int step_size_up = 2000, int step_size_down = -1,
                        Mode mode = Mode.Triangular, double gamma = 1.0, Func<double, double>? scale_fn = null, ScaleMode scale_mode = ScaleMode.Cycle,
                        bool cycle_momentum = true, IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null, int last_epoch = -1,
                        bool verbose = false) : base(optimizer, last_epoch, verbose)
                    {
                        if (cycle_momentum && optimizer is not IMomentum)
                            throw new ArgumentException("optimizer must support momentum with `cycle_momentum` option enabled");
                        double down = step_size_down == -1 ? step_size_up : step_size_down;
                        _length = step_size_up + down;
                        _upShare = step_size_up / _length;
                        _base_lrs = ForEachGroup(base_lr, nameof(base_lr));
                        _maxLrs = ForEachGroup(max_lr, nameof(max_lr));
                        _baseMomentum = ForEachGroup(base_momentum ?? ForAll(optimizer, 0.8), nameof(base_momentum));
                        _maxMomentum = ForEachGroup(max_momentum ?? ForAll(optimizer, 0.9), nameof(max_momentum));
                        _cycleMomentum = cycle_momentum;
                        _scale = scale_fn ?? (mode switch
                        {
                            Mode.Triangular2 => cycle => 1.0 / Math.Pow(2, cycle - 1),
                            Mode.ExpRange => iteration => Math.Pow(gamma, iteration),
                            _ => _ => 1.0,
                        });
                        _scaleByCycle = scale_fn is null ? mode != Mode.ExpRange : scale_mode == ScaleMode.Cycle;
                        step();
                    }

                    public enum Mode
                    {
                        Triangular,
                        Triangular2,
                        ExpRange,
                    }

                    /// <summary>What a scale function is a function of.</summary>
                    public enum ScaleMode
                    {
                        Cycle,
                        Iterations,
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        var cycle = Math.Floor(1 + (_last_epoch / _length));
                        var x = 1 + (_last_epoch / _length) - cycle;
                        var height = (x <= _upShare ? x / _upShare : (x - 1) / (_upShare - 1)) * _scale(_scaleByCycle ? cycle : _last_epoch);
                        var i = 0;
                        foreach (var group in _optimizer.ParamGroups)
                        {
                            if (_cycleMomentum) ((IMomentum)group).Momentum = _maxMomentum[i] - ((_maxMomentum[i] - _baseMomentum[i]) * height);
                            yield return _base_lrs[i] + ((_maxLrs[i] - _base_lrs[i]) * height);
                            i++;
                        }
                    }
                }
            }
        }
    }
}

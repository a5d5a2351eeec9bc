namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>The rate times factor for the first total_iters epochs.</summary>
                public class ConstantLR : LRScheduler
                {
                    private readonly double _factor;
                    private readonly int _epochs;

                    public ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (factor is < 0 or > 1) throw new ArgumentException($"ConstantLR: expected a factor in [0, 1], got {factor}.", nameof(factor));
                        (_factor, _epochs) = (factor, total_iters);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() =>
                        _last_epoch == 0 ? Rates.Select(rate => rate * _factor)
                        : _last_epoch == _epochs ? _factor == 0 ? _base_lrs : Rates.Select(rate => rate / _factor)
                        : Rates;

                    protected override IEnumerable<double> get_closed_form_lr() => _base_lrs.Select(rate => _last_epoch >= _epochs ? rate : rate * _factor);
                }

                /// <summary>A factor that moves from start_factor to end_factor in equal steps over total_iters epochs.</summary>
                public class LinearLR : LRScheduler
                {
                    private readonly double _start, _end;
                    private readonly int _epochs;

                    public LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (start_factor is <= 0 or > 1) throw new ArgumentException($"LinearLR: expected start_factor in (0, 1], got {start_factor}.", nameof(start_factor));
                        if (end_factor is < 0 or > 1) throw new ArgumentException($"LinearLR: expected end_factor in [0, 1], got {end_factor}.", nameof(end_factor));
                        (_start, _end, _epochs) = (start_factor, end_factor, total_iters);
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch == 0) return Rates.Select(rate => rate * _start);
                        if (_last_epoch > _epochs) return Rates;
                        var growth = 1 + ((_end - _start) / ((_epochs * _start) + ((_last_epoch - 1) * (_end - _start))));
                        return Rates.Select(rate => rate * growth);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        _base_lrs.Select(rate => rate * (_start + ((_end - _start) * Math.Min(_epochs, _last_epoch) / _epochs)));
                }

                /// <summary>The rate times (1 - epoch / total_iters)^power, 0 from total_iters on.</summary>
                public class PolynomialLR : LRScheduler
                {
                    private readonly double _epochs, _power;

                    public PolynomialLR(Optimizer optimizer, int total_iters = 5, double power = 1.0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_epochs, _power) = (total_iters, power);
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch == 0 || _last_epoch > _epochs) return Rates;
                        var decay = Math.Pow((1 - (_last_epoch / _epochs)) / (1 - ((_last_epoch - 1) / _epochs)), _power);
                        return Rates.Select(rate => rate * decay);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        _base_lrs.Select(rate => rate * Math.Pow(1 - (Math.Min(_epochs, _last_epoch) / _epochs), _power));
                }
            }
        }
    }
}

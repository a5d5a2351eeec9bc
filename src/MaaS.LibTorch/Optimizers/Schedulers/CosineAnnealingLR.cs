namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Half a cosine from the initial rate to eta_min over T_max epochs, and back (Loshchilov and Hutter 2017).</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double _period, _least;

                    public CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_period, _least) = (T_max, eta_min);
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (_last_epoch == 0) return Rates;
                        if (_step_count == 1) return get_closed_form_lr();
                        if ((_last_epoch - 1 - _period) % (2 * _period) == 0)
                            return Rates.Select((rate, i) => rate + ((_base_lrs[i] - _least) * (1 - Math.Cos(Math.PI / _period)) / 2));
                        var decay = (1 + Math.Cos(Math.PI * _last_epoch / _period)) / (1 + Math.Cos(Math.PI * (_last_epoch - 1) / _period));
                        return Rates.Select(rate => (decay * (rate - _least)) + _least);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        _base_lrs.Select(rate => _least + ((rate - _least) * (1 + Math.Cos(Math.PI * _last_epoch / _period)) / 2));
                }
            }
        }
    }
}

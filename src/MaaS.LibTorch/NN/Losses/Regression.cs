using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>(x - y)².</summary>
public sealed class MSELoss : Loss<Tensor, Tensor, Tensor>
{
    public MSELoss(Reduction reduction = Reduction.Mean) : base(reduction)
    {
    }

    public override Tensor forward(Tensor input, Tensor target) => functional.mse_loss(input, target, reduction);
}

/// <summary>|x - y|.</summary>
public sealed class L1Loss : Loss<Tensor, Tensor, Tensor>
{
    public L1Loss(Reduction reduction = Reduction.Mean) : base(reduction)
    {
    }

    public override Tensor forward(Tensor input, Tensor target) => functional.l1_loss(input, target, reduction);
}

/// <summary>Squared below beta, absolute above; slope 1 where absolute.</summary>
public sealed class SmoothL1Loss : Loss<Tensor, Tensor, Tensor>
{
    public SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1.0) : base(reduction)
    {
        this.beta = beta;
    }

    public double beta { get; }

    public override Tensor forward(Tensor input, Tensor target) => functional.smooth_l1_loss(input, target, reduction, beta);
}

/// <summary>Squared below delta, absolute above; slope delta where absolute.</summary>
public sealed class HuberLoss : Loss<Tensor, Tensor, Tensor>
{
    public HuberLoss(double delta = 1.0, Reduction reduction = Reduction.Mean) : base(reduction)
    {
        this.delta = delta;
    }

    public double delta { get; }

    public override Tensor forward(Tensor input, Tensor target) => functional.huber_loss(input, target, delta, reduction);
}

/// <summary>Negative log-likelihood of counts under a Poisson distribution.</summary>
public sealed class PoissonNLLLoss : Loss<Tensor, Tensor, Tensor>
{
    public PoissonNLLLoss(bool log_input = true, bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean) : base(reduction)
    {
        this.log_input = log_input;
        this.full = full;
        this.eps = eps;
    }

    public bool log_input { get; }

    public bool full { get; }

    public float eps { get; }

    public override Tensor forward(Tensor input, Tensor target) => functional.poisson_nll_loss(input, target, log_input, full, eps, reduction);
}

/// <summary>Kullback-Leibler divergence of log-probabilities from a target, given as logarithms too unless log_target is false.</summary>
public sealed class KLDivLoss : Loss<Tensor, Tensor, Tensor>
{
    public KLDivLoss(bool log_target = true, Reduction reduction = Reduction.Mean) : base(reduction)
    {
        this.log_target = log_target;
    }

    public bool log_target { get; }

    public override Tensor forward(Tensor input, Tensor target) => functional.kl_div(input, target, log_target, reduction);
}

/// <summary>log(1 + exp(-y x)) for y of 1 or -1.</summary>
public sealed class SoftMarginLoss : Loss<Tensor, Tensor, Tensor>
{
    public SoftMarginLoss(Reduction reduction = Reduction.Mean) : base(reduction)
    {
    }

    public override Tensor forward(Tensor input, Tensor target) => functional.soft_margin_loss(input, target, reduction);
}

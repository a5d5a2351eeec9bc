using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>1 - cos where y is 1, max(0, cos - margin) where it is -1.</summary>
public sealed class CosineEmbeddingLoss : Loss<Tensor, Tensor, Tensor, Tensor>
{
    public CosineEmbeddingLoss(double margin = 0.0, Reduction reduction = Reduction.Mean) : base(reduction)
    {
        this.margin = margin;
    }

    public double margin { get; }

    public override Tensor forward(Tensor input1, Tensor input2, Tensor target) => 
        functional.cosine_embedding_loss(input1, input2, target, margin, reduction);
}

/// <summary>x where y is 1, max(0, margin - x) where it is -1.</summary>
public sealed class HingeEmbeddingLoss : Loss<Tensor, Tensor, Tensor>
{
    public HingeEmbeddingLoss(double margin = 0.0, Reduction reduction = Reduction.Mean) : base(reduction)
    {
        this.margin = margin;
    }

    public double margin { get; }

    public override Tensor forward(Tensor input, Tensor target) => functional.hinge_embedding_loss(input, target, margin, reduction);
}

/// <summary>max(0, -y (x₁ - x₂) + margin).</summary>
public sealed class MarginRankingLoss : Loss<Tensor, Tensor, Tensor, Tensor>
{
    public MarginRankingLoss(double margin = 0.0, Reduction reduction = Reduction.Mean) : base(reduction)
    {
        this.margin = margin;
    }

    public double margin { get; }

    public override Tensor forward(Tensor input1, Tensor input2, Tensor target) => 
        functional.margin_ranking_loss(input1, input2, target, margin, reduction);
}

/// <summary>max(0, d(anchor, positive) - d(anchor, negative) + margin) in the p-norm.</summary>
public sealed class TripletMarginLoss : Loss<Tensor, Tensor, Tensor, Tensor>
{
    public TripletMarginLoss(double margin = 1.0, long p = 2, double eps = 1e-06, bool swap = false, Reduction reduction = Reduction.Mean) : base(reduction)
    {
        this.margin = margin;
        this.p = p;
        this.eps = eps;
        this.swap = swap;
    }

    public double margin { get; }

    public long p { get; }

    private double eps { get; }

    private bool swap { get; }

    public override Tensor forward(Tensor anchor, Tensor positive, Tensor negative) => 
        functional.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction);
}

/// <summary>max(0, d(anchor, positive) - d(anchor, negative) + margin) for any distance d.</summary>
public sealed class TripletMarginWithDistanceLoss : Loss<Tensor, Tensor, Tensor, Tensor>
{
    public TripletMarginWithDistanceLoss(Func<Tensor, Tensor, Tensor>? distance = null, double margin = 1.0, bool swap = false, Reduction reduction = Reduction.Mean) : base(reduction)
    {
        this.distance = distance;
        this.margin = margin;
        this.swap = swap;
    }

    private Func<Tensor, Tensor, Tensor>? distance { get; }

    public double margin { get; }

    private bool swap { get; }

    public override Tensor forward(Tensor anchor, Tensor positive, Tensor negative) => 
        functional.triplet_margin_with_distance_loss(anchor, positive, negative, distance, margin, swap, reduction);
}

/// <summary>Connectionist temporal classification (Graves et al. 2006) of log-probabilities (T, N, C).</summary>
public sealed class CTCLoss : Loss<Tensor, Tensor, Tensor, Tensor, Tensor>
{
    public CTCLoss(long blank = 0, bool zero_infinity = false, Reduction reduction = Reduction.Mean) : base(reduction)
    {
        this.blank = blank;
        this.zero_infinity = zero_infinity;
    }

    public long blank { get; }

    public bool zero_infinity { get; }

    public override Tensor forward(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths) => 
        functional.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity, reduction);
}

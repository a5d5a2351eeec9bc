using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Softmax and negative log-likelihood of logits (N, C, …) against classes (N, …) int64 or probabilities (N, C, …).</summary>
public sealed class CrossEntropyLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    public CrossEntropyLoss(Tensor? weight = null, long? ignore_index = null, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) : base(weight, reduction)
    {
        this.ignore_index = ignore_index;
        this.label_smoothing = label_smoothing;
    }

    public long? ignore_index { get; }

    public double label_smoothing { get; }

    public override Tensor forward(Tensor input, Tensor target) => 
        functional.cross_entropy(input, target, weight, ignore_index ?? -100, reduction, label_smoothing);
}

/// <summary>Negative log-likelihood of log-probabilities (N, C, …) against classes (N, …) int64.</summary>
public sealed class NLLLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    public NLLLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(weight, reduction)
    {
    }

    public override Tensor forward(Tensor input, Tensor target) => functional.nll_loss(input, target, weight, reduction);
}

/// <summary>Binary cross-entropy of probabilities.</summary>
public sealed class BCELoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    public BCELoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(weight, reduction)
    {
    }

    public override Tensor forward(Tensor input, Tensor target) => functional.binary_cross_entropy(input, target, weight, reduction);
}

/// <summary>Binary cross-entropy of logits.</summary>
public sealed class BCEWithLogitsLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    public BCEWithLogitsLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) : base(weight, reduction)
    {
        this.pos_weights = pos_weights;
    }

    public Tensor? pos_weights { get; }

    public override Tensor forward(Tensor input, Tensor target) => 
        functional.binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weights);
}

/// <summary>Hinge loss of scores (N, C) against classes (N) int64.</summary>
public sealed class MultiMarginLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    public MultiMarginLoss(int p = 1, double margin = 1.0, Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(weight, reduction)
    {
        this.p = p;
        this.margin = margin;
    }

    public int p { get; }

    public double margin { get; }

    public override Tensor forward(Tensor input, Tensor target) => functional.multi_margin_loss(input, target, p, margin, weight, reduction);
}

/// <summary>Hinge loss of scores (N, C) against lists of classes (N, C) int64, each ended by -1.</summary>
public sealed class MultiLabelMarginLoss : Loss<Tensor, Tensor, Tensor>
{
    public MultiLabelMarginLoss(Reduction reduction = Reduction.Mean) : base(reduction)
    {
    }

    public override Tensor forward(Tensor input, Tensor target) => functional.multi_label_margin_loss(input, target, reduction);
}

/// <summary>Binary cross-entropy of logits (N, C), the mean over classes.</summary>
public sealed class MultiLabelSoftMarginLoss : WeightedLoss<Tensor, Tensor, Tensor>
{
    public MultiLabelSoftMarginLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) : base(weight, reduction)
    {
    }

    public override Tensor forward(Tensor input, Tensor target) => functional.multilabel_soft_margin_loss(input, target, weight, reduction);
}

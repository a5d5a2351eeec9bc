using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The cosine of the angle between two tensors along dim.</summary>
public sealed class CosineSimilarity : ParameterLessModule<Tensor, Tensor, Tensor>
{
    internal CosineSimilarity(long dim = 1, double eps = 1e-8) : base(nameof(CosineSimilarity))
    {
        this.dim = dim;
        this.eps = eps;
    }

    public long dim { get; set; }

    public double eps { get; set; }

    public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.cosine_similarity(input1, input2, dim, eps);
}

/// <summary>The p-norm of the difference of two tensors along their last dimension.</summary>
public sealed class PairwiseDistance : ParameterLessModule<Tensor, Tensor, Tensor>
{
    internal PairwiseDistance(double p = 2.0, double eps = 1e-6, bool keepdim = false) : base(nameof(PairwiseDistance))
    {
        norm = p;
        this.eps = eps;
        this.keepdim = keepdim;
    }

    public double norm { get; set; }

    public double eps { get; set; }

    public bool keepdim { get; set; }

    public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.pairwise_distance(input1, input2, norm, eps, keepdim);
}

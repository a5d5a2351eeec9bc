using MaaS.Training.Data;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Criteria;

/// <summary>|w·∂L/∂w|: how much the loss would change, to first order, without a weight.</summary>
/// <remarks>Molchanov et al. 2019: Importance estimation for neural network pruning, equation 8.</remarks>
public sealed class TaylorCriterion : IChannelCriterion
{
    private readonly Func<nn.Module, int, Tensor> _loss;
    private readonly int _batches;

    /// <summary>Scores by gradients of a loss.</summary>
    /// <param name="loss">
    /// The mean loss of one batch, a scalar: takes the module and the number of the batch, from 0. It runs in
    /// evaluation mode and in a dispose scope.
    /// </param>
    /// <param name="batches">How many batches to average gradients over, at least 1.</param>
    public TaylorCriterion(Func<nn.Module, int, Tensor> loss, int batches = 8)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        (_loss, _batches) = (loss, batches);
    }

    /// <inheritdoc/>
    public string Name => "Taylor";

    /// <summary>Scores a classifier by the cross-entropy of its logits.</summary>
    /// <param name="data">Samples; the first <paramref name="batches"/> batches are used, or all where there are
    /// fewer.</param>
    /// <param name="batches">At least 1.</param>
    /// <param name="batchSize">At least 1.</param>
    public static TaylorCriterion CrossEntropy(IBatchSource data, int batches = 8, int batchSize = 64)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var available = (int)Math.Min(batches, (data.Count + batchSize - 1) / batchSize);
        return new TaylorCriterion(
            (module, batch) =>
            {
                var first = (long)batch * batchSize;
                var indices = arange(first, Math.Min(first + batchSize, data.Count), ScalarType.Int64);
                var (inputs, targets) = data.GetBatch(indices, module.parameters().First().device);
                var classifier = module as nn.Module<Tensor, Tensor> ?? throw new InvalidOperationException(
                    $"TaylorCriterion: expected a Module<Tensor, Tensor>, got {module.GetType().Name}; pass a loss of "
                        + "your own.");
                return nn.functional.cross_entropy(classifier.call(inputs), targets);
            },
            available);
    }

    /// <inheritdoc/>
    public IChannelScores Measure(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var mode = new EvaluationMode(model);
        return new Scores(Products(model));
    }

    private Dictionary<string, Tensor> Products(nn.Module module)
    {
        using var scope = NewDisposeScope();
        var parameters = module.named_parameters().Where(static p => p.parameter.requires_grad).ToArray();
        var sums = new Tensor?[parameters.Length];
        for (var batch = 0; batch < _batches; batch++)
        {
            using var step = NewDisposeScope();
            var gradients = autograd.grad(
                [_loss(module, batch)], [.. parameters.Select(static p => p.parameter)], allow_unused: true);
            for (var i = 0; i < sums.Length; i++)
            {
                if (gradients[i] is { IsInvalid: false } gradient)
                {
                    sums[i] = (sums[i] is { } sum ? sum.add_(gradient) : gradient.clone()).MoveToOuterDisposeScope();
                }
            }
        }

        using var noGrad = no_grad();
        return parameters.Zip(sums).ToDictionary(
            static p => p.First.name,
            p => (p.Second is { } sum ? (p.First.parameter * sum / _batches).abs() : zeros_like(p.First.parameter))
                .DetachFromDisposeScope());
    }

    private sealed class Scores(Dictionary<string, Tensor> products) : IChannelScores
    {
        public IReadOnlyList<double>? Score(ChannelWeights group)
            => group.Score(static w => w.IsMatrix, w => products[w.Name], static sum => sum);

        public void Dispose()
        {
            foreach (var product in products.Values)
            {
                product.Dispose();
            }
        }
    }
}

using MaaS.Training.Fitting;
using MaaS.Training.Fitting.Parameters;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Kernels;

/// <summary>One step of an optimizer over all weights of a network.</summary>
internal static class UpdatePairs
{
    /// <summary>MaaS's update beside the in-place operators of torch, in PyTorch's order.</summary>
    public static Pair Create(string network, nn.Module model, OptimizerKind optimizer, int threads)
    {
        Tensor[] ours = Copies(model), torch = Copies(model);
        var gradients = Array.ConvertAll(ours, static w => randn_like(w));
        var update = ParameterUpdate.Create(new TrainerOptions { Optimizer = optimizer }, ours);
        Action<Tensor[], Tensor[]> step = optimizer == OptimizerKind.Adam ? new TorchAdam(torch).Step : new TorchSgd(torch).Step;
        var count = ours.Sum(static w => w.NumberOfElements);
        return new Pair(
            update.GetType().Name, $"{network}, {count:N0} weights in {ours.Length} tensors", threads,
            () => update.Step(gradients, 1e-3), () => step(torch, gradients));
    }

    private static Tensor[] Copies(nn.Module model) => [.. model.parameters().Select(static p => p.detach().clone())];

    private sealed class TorchAdam(Tensor[] weights)
    {
        private readonly Tensor[] _means = Array.ConvertAll(weights, static w => zeros_like(w));
        private readonly Tensor[] _squares = Array.ConvertAll(weights, static w => zeros_like(w));
        private long _steps;

        public void Step(Tensor[] weights, Tensor[] gradients)
        {
            using var noGrad = no_grad();
            _steps++;
            var stepSize = 1e-3 / (1 - Math.Pow(0.9, _steps));
            var correction = Math.Sqrt(1 - Math.Pow(0.999, _steps));
            for (var i = 0; i < weights.Length; i++)
            {
                _means[i].mul_(0.9).add_(gradients[i], alpha: 0.1);
                _squares[i].mul_(0.999).addcmul_(gradients[i], gradients[i], 0.001);
                weights[i].addcdiv_(_means[i], _squares[i].sqrt().div_(correction).add_(1e-8), -stepSize);
            }
        }
    }

    private sealed class TorchSgd(Tensor[] weights)
    {
        private readonly Tensor[] _velocities = Array.ConvertAll(weights, static w => zeros_like(w));

        public void Step(Tensor[] weights, Tensor[] gradients)
        {
            using var noGrad = no_grad();
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i].add_(_velocities[i].mul_(0.9).add_(gradients[i]), alpha: -1e-3);
            }
        }
    }
}

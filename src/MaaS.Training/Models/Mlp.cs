using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models;

/// <summary>Multi-layer perceptron: flatten, then dense layers with ReLU between them.</summary>
public sealed class Mlp : Module<Tensor, Tensor>, IParallelForward
{
    private readonly Sequential layers;

    /// <summary>Xavier-uniform weights, zero biases; random numbers come from torch's default generator.</summary>
    /// <param name="inputs">Elements of one input, at least 1.</param>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <param name="hidden">Width of each hidden layer, at least 1; null for one layer of 32.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small.</exception>
    public Mlp(long inputs = 784, long classes = 10, IReadOnlyList<long>? hidden = null)
        : base(nameof(Mlp))
    {
        ModelCheck.AtLeast(inputs, 1, nameof(inputs));
        ModelCheck.AtLeast(classes, 2, nameof(classes));
        var width = inputs;
        List<(string, Module<Tensor, Tensor>)> parts = [];
        foreach (var next in (hidden ?? [32]).Append(classes))
        {
            ModelCheck.AtLeast(next, 1, nameof(hidden));
            if (parts.Count > 0)
            {
                parts.Add(($"relu{parts.Count / 2}", ReLU()));
            }

            parts.Add(($"dense{parts.Count / 2}", Xavier.Initialize(Linear(width, next))));
            width = next;
        }

        layers = Sequential([.. parts]);
        RegisterComponents();
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">(B, …) with as many elements a sample as the first layer takes, float.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor input) => layers.call(input.flatten(1));
}

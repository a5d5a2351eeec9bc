using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Two dense layers on each position, with an activation between them.</summary>
/// <remarks>Vaswani et al. 2017, section 3.3, equation 2; GELU as in Devlin et al. 2019.</remarks>
public sealed class FeedForward : Module<Tensor, Tensor>
{
    private readonly Linear up;
    private readonly Linear down;
    private readonly Module<Tensor, Tensor> activation;
    private readonly Dropout dropout;

    /// <summary>Xavier-uniform weights, zero biases.</summary>
    /// <param name="options">Width, hidden features, activation, dropout.</param>
    public FeedForward(TransformerOptions options)
        : base(nameof(FeedForward))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        up = Xavier.Initialize(Linear(options.Width, options.Hidden));
        down = Xavier.Initialize(Linear(options.Hidden, options.Width));
        activation = ActivationLayer.Create(options.Activation);
        dropout = Dropout(options.Dropout);
        RegisterComponents();
    }

    /// <summary>Transforms each position without looking at the others.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input)
    {
        var hidden = activation.call(up.call(input));    // (B, T, Hidden)
        return down.call(dropout.call(hidden));          // (B, T, C)
    }
}

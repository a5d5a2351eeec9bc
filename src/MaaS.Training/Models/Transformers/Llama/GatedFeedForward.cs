using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>Dense layers on each position, one of which gates the other.</summary>
/// <remarks>Shazeer 2020: GLU variants improve Transformer, equation 6 (SwiGLU).</remarks>
internal sealed class GatedFeedForward : Module<Tensor, Tensor>
{
    private readonly Linear gate;
    private readonly Linear up;
    private readonly Linear down;

    public GatedFeedForward(LlamaOptions options)
        : base(nameof(GatedFeedForward))
    {
        gate = Linear(options.Width, options.Hidden, options.FeedForwardBias);
        up = Linear(options.Width, options.Hidden, options.FeedForwardBias);
        down = Linear(options.Hidden, options.Width, options.FeedForwardBias);
        RegisterComponents();
    }

    /// <summary>(B, T, C) to (B, T, C).</summary>
    public override Tensor forward(Tensor input)
        => down.call(functional.silu(gate.call(input)) * up.call(input));
}

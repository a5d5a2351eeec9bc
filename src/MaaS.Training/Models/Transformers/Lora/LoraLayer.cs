using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Lora;

/// <summary>What is added to a linear layer's output: x Aᵀ Bᵀ times a scale. At first it is zero.</summary>
/// <remarks>Hu et al. 2021: LoRA, section 4.1, equation 3.</remarks>
internal sealed class LoraLayer : Module<Tensor, Tensor>
{
    private readonly Parameter down;
    private readonly Parameter up;
    private readonly Dropout? dropout;
    private readonly double _scale;

    public LoraLayer(Linear layer, LoraOptions options)
        : base(nameof(LoraLayer))
    {
        var (outputs, inputs) = (layer.weight.shape[0], layer.weight.shape[1]);
        var (device, type) = (layer.weight.device, layer.weight.dtype);
        down = new Parameter(empty(options.Rank, inputs, type, device));
        init.kaiming_uniform_(down, Math.Sqrt(5));
        up = new Parameter(zeros(outputs, options.Rank, type, device));
        dropout = options.Dropout > 0 ? Dropout(options.Dropout) : null;
        _scale = options.Scale;
        RegisterComponents();
    }

    /// <summary>A: (r, inputs).</summary>
    public Tensor Down => down;

    /// <summary>B: (outputs, r).</summary>
    public Tensor Up => up;

    /// <summary>(…, inputs) to (…, outputs).</summary>
    public override Tensor forward(Tensor input)
    {
        var x = dropout is null ? input : dropout.call(input);
        return functional.linear(functional.linear(x, down), up) * _scale;
    }

    /// <summary>The change of the layer's weight: (outputs, inputs).</summary>
    public Tensor Delta() => up.mm(down) * _scale;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            down.Dispose();
            up.Dispose();
        }

        base.Dispose(disposing);
    }
}

using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Sums sliding blocks into an image: (N, C kh kw, L) to (N, C, H, W).</summary>
public sealed class Fold : ParameterLessModule<Tensor, Tensor>
{
    internal Fold((long, long) output_size, (long, long) kernel_size, (long, long) dilation, (long, long) padding, (long, long) stride) : base(nameof(Fold))
    {
        this.output_size = output_size;
        this.kernel_size = kernel_size;
        this.dilation = dilation;
        this.padding = padding;
        this.stride = stride;
    }

    public (long, long) output_size { get; set; }

    public (long, long) kernel_size { get; set; }

    public (long, long) dilation { get; set; }

    public (long, long) padding { get; set; }

    public (long, long) stride { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.fold(tensor, output_size, kernel_size, dilation, padding, stride);
}

/// <summary>Takes sliding blocks out of an image: (N, C, H, W) to (N, C kh kw, L).</summary>
public sealed class Unfold : ParameterLessModule<Tensor, Tensor>
{
    internal Unfold((long, long) kernel_size, (long, long) dilation, (long, long) padding, (long, long) stride) : base(nameof(Unfold))
    {
        this.kernel_size = kernel_size;
        this.dilation = dilation;
        this.padding = padding;
        this.stride = stride;
    }

    public (long, long) kernel_size { get; set; }

    public (long, long) dilation { get; set; }

    public (long, long) padding { get; set; }

    public (long, long) stride { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.unfold(tensor, kernel_size, dilation, padding, stride);
}

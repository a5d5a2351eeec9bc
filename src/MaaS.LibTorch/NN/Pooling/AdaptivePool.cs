using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Means of as many windows of (N, C, L) as output_size says.</summary>
public sealed class AdaptiveAvgPool1d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveAvgPool1d(long output_size) : base(nameof(AdaptiveAvgPool1d))
    {
        this.output_size = output_size;
    }

    public long output_size { get; set; }

    public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool1d(input, output_size);
}

/// <summary>Means of as many windows of (N, C, H, W) as output_size says.</summary>
public sealed class AdaptiveAvgPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveAvgPool2d(long[] output_size) : base(nameof(AdaptiveAvgPool2d))
    {
        this.output_size = output_size;
    }

    public long[] output_size { get; set; }

    public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool2d(input, output_size);
}

/// <summary>Means of as many windows of (N, C, D, H, W) as output_size says.</summary>
public sealed class AdaptiveAvgPool3d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveAvgPool3d(long[] output_size) : base(nameof(AdaptiveAvgPool3d))
    {
        this.output_size = output_size;
    }

    public long[] output_size { get; set; }

    public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool3d(input, output_size);
}

/// <summary>Maxima of as many windows of (N, C, L) as output_size says.</summary>
public sealed class AdaptiveMaxPool1d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveMaxPool1d(long output_size) : base(nameof(AdaptiveMaxPool1d))
    {
        this.output_size = output_size;
    }

    public long output_size { get; set; }

    public override Tensor forward(Tensor input) => nn.functional.adaptive_max_pool1d(input, output_size);

    public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) => nn.functional.adaptive_max_pool1d_with_indices(input, output_size);
}

/// <summary>Maxima of as many windows of (N, C, H, W) as output_size says.</summary>
public sealed class AdaptiveMaxPool2d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveMaxPool2d(long[] output_size) : base(nameof(AdaptiveMaxPool2d))
    {
        this.output_size = output_size;
    }

    public long[] output_size { get; set; }

    public override Tensor forward(Tensor input) => nn.functional.adaptive_max_pool2d(input, output_size);

    public (Tensor output, Tensor indices) forward_with_indices(Tensor input) => nn.functional.adaptive_max_pool2d_with_indices(input, output_size);
}

/// <summary>Maxima of as many windows of (N, C, D, H, W) as output_size says.</summary>
public sealed class AdaptiveMaxPool3d : ParameterLessModule<Tensor, Tensor>
{
    internal AdaptiveMaxPool3d(long[] output_size) : base(nameof(AdaptiveMaxPool3d))
    {
        this.output_size = output_size;
    }

    public long[] output_size { get; set; }

    public override Tensor forward(Tensor input) => nn.functional.adaptive_max_pool3d(input, output_size);

    public (Tensor output, Tensor indices) forward_with_indices(Tensor input) => nn.functional.adaptive_max_pool3d_with_indices(input, output_size);
}

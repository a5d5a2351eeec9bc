using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Moves channels into space: (*, C r², H, W) to (*, C, H r, W r).</summary>
public sealed class PixelShuffle : ParameterLessModule<Tensor, Tensor>
{
    internal PixelShuffle(long upscale_factor) : base(nameof(PixelShuffle)) => this.upscale_factor = upscale_factor;

    public long upscale_factor { get; set; }

    public override Tensor forward(Tensor input) => nn.functional.pixel_shuffle(input, upscale_factor);
}

/// <summary>Moves space into channels: (*, C, H r, W r) to (*, C r², H, W).</summary>
public sealed class PixelUnshuffle : ParameterLessModule<Tensor, Tensor>
{
    internal PixelUnshuffle(long downscale_factor) : base(nameof(PixelUnshuffle)) => this.downscale_factor = downscale_factor;

    public long downscale_factor { get; set; }

    public override Tensor forward(Tensor input) => nn.functional.pixel_unshuffle(input, downscale_factor);
}

/// <summary>Interleaves groups of channels.</summary>
public sealed class ChannelShuffle : ParameterLessModule<Tensor, Tensor>
{
    internal ChannelShuffle(long groups) : base(nameof(ChannelShuffle)) => this.groups = groups;

    public long groups { get; set; }

    public override Tensor forward(Tensor tensor) => Dispatcher.Call("channel_shuffle", tensor, groups);
}

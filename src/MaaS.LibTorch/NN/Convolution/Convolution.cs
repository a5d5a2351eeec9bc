using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    /// <summary>What stands outside the edges of a padded tensor.</summary>
    public enum PaddingModes
    {
        Zeros = 0,
        Reflect = 1,
        Replicate = 2,
        Circular = 3,
        Constant = 4,
    }

    /// <summary>Padding by name: none, or what keeps the size.</summary>
    public enum Padding
    {
        Valid = 0,
        Same = 1,
    }
}

namespace TorchSharp.Modules
{
    /// <summary>What all convolutions share: geometry, parameters and their initialisation.</summary>
    public abstract class Convolution : Module<Tensor, Tensor>
    {
        [ComponentName(Name = nameof(bias))]
        protected Parameter? _bias;

        [ComponentName(Name = nameof(weight))]
        protected Parameter? _weight;

        /// <summary>The padding as <see cref="functional.pad(Tensor, long[], PaddingModes, double)"/> takes it: last dimension first.</summary>
        protected long[] _reversed_padding_repeated_twice = [];

        protected Convolution(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding,
            Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias,
            PaddingModes padding_mode, Device? device = null, ScalarType? dtype = null) : base(name)
        {
            if (transposed && padding_mode != PaddingModes.Zeros)
                throw new ArgumentException("Only PaddingModes.Zeros is supported for ConvTransposeND", nameof(padding_mode));
            if (groups < 1 || in_channels % groups != 0 || out_channels % groups != 0)
                throw new ArgumentException($"{name}: expected groups to divide {in_channels} and {out_channels} channels, got {groups}.", nameof(groups));
            this.in_channels = in_channels;
            this.out_channels = out_channels;
            this.kernel_size = kernel_size;
            this.stride = stride;
            this.dilation = dilation;
            this.transposed = transposed;
            this.output_padding = output_padding;
            this.groups = groups;
            this.padding_mode = padding_mode;
            if (padding_type.HasValue) SetPadding(padding_type.Value);
            else SetPadding(padding ?? new long[kernel_size.Length]);

            long[] channels = transposed ? [in_channels, out_channels / groups] : [out_channels, in_channels / groups];
            weight = nn.Parameter(empty([.. channels, .. kernel_size], dtype, device));
            if (bias) this.bias = nn.Parameter(empty([out_channels], dtype, device));
            reset_parameters();
        }

        public Parameter? bias
        {
            get => _bias;
            set => Assign(ref _bias, value, nameof(bias));
        }

        /// <summary>(out_channels, in_channels / groups, kernel…); transposed: (in_channels, out_channels / groups, kernel…).</summary>
        public Parameter weight
        {
            get => _weight!;
            set => Assign(ref _weight, value, nameof(weight));
        }

        public long in_channels { get; }

        public long out_channels { get; }

        public bool transposed { get; }

        public Padding? padding_type { get; private set; }

        public long[]? padding { get; private set; }

        public PaddingModes padding_mode { get; set; }

        public long groups { get; set; }

        public long[] kernel_size { get; set; }

        public long[] stride { get; set; }

        public long[] dilation { get; set; }

        public long[] output_padding { get; set; }

        public void reset_parameters()
        {
            init.kaiming_uniform_(weight, Math.Sqrt(5));
            if (bias is null) return;
            var (fanIn, _) = init.CalculateFanInAndFanOut(weight);
            if (fanIn == 0) return;
            var bound = 1 / Math.Sqrt(fanIn);
            init.uniform_(bias, -bound, bound);
        }

        public void SetPadding(long[] padding)
        {
            padding_type = null;
            this.padding = padding;
            _reversed_padding_repeated_twice = [.. padding.Reverse().SelectMany(p => new[] { p, p })];
        }

        public void SetPadding(Padding padding)
        {
            if (transposed) throw new ArgumentException("Cannot set padding type on ConvTransposeND");
            if (padding == Padding.Same && stride.Any(s => s != 1))
                throw new ArgumentException("padding='same' is not supported for strided convolutions");
            this.padding = null;
            padding_type = padding;
            _reversed_padding_repeated_twice = [.. Enumerable.Range(1, kernel_size.Length).SelectMany(i =>
            {
                var total = padding == Padding.Same ? dilation[^i] * (kernel_size[^i] - 1) : 0;
                return new[] { total / 2, total - (total / 2) };
            })];
        }

        /// <summary>Whether the input is (N, C, …) or (C, …) with this layer's channels.</summary>
        protected bool ValidateShape(Tensor input, long dimensions)
        {
            var shape = input.shape;
            return (shape.Length == dimensions + 2 && shape[1] == in_channels) || (shape.Length == dimensions + 1 && shape[0] == in_channels);
        }

        private protected void CheckShape(Tensor input, int dimensions)
        {
            if (!ValidateShape(input, dimensions))
                throw new ArgumentException(
                    $"Expected {dimensions + 1}D (unbatched) or {dimensions + 2}D (batched) input with {in_channels} channels to {GetName()}, " +
                    $"got ({string.Join(", ", input.shape)}).");
        }

        private protected Tensor Convolve(Tensor input, int dimensions)
        {
            CheckShape(input, dimensions);
            if (padding_mode == PaddingModes.Zeros)
                return padding_type is { } type
                    ? functional.ConvolvePadding(dimensions, input, weight, bias, stride, type, dilation, groups)
                    : functional.Convolve(dimensions, input, weight, bias, stride, padding!, dilation, groups);
            using var padded = functional.pad(input, _reversed_padding_repeated_twice, padding_mode);
            return functional.Convolve(dimensions, padded, weight, bias, stride, new long[dimensions], dilation, groups);
        }
    }
}

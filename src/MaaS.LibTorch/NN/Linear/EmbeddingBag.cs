using TorchSharp.Interop;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    public enum EmbeddingBagMode
    {
        Sum = 0,
        Mean = 1,
        Max = 2,
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Sums, means or maxima of table rows: (B, N), or (N) with the offsets at which bags start, to (B, embedding_dims).</summary>
    public sealed class EmbeddingBag : Module<Tensor, Tensor?, Tensor?, Tensor>, IModule<Tensor, Tensor, Tensor>, IModule<Tensor, Tensor?, Tensor?, Tensor>
    {
        private readonly double? _maxNorm;
        private readonly double _normType;
        private readonly bool _scaleByFrequency;
        private readonly EmbeddingBagMode _mode;
        private readonly bool _sparse;
        private readonly bool _includeLastOffset;
        private readonly long _paddingIndex;

        [ComponentName(Name = nameof(weight))]
        private Parameter? _weight;

        internal EmbeddingBag(Parameter weight, bool initialise, double? max_norm, double norm_type, bool scale_grad_by_freq,
            EmbeddingBagMode mode, bool sparse, bool include_last_offset, long padding_index) : base(nameof(EmbeddingBag))
        {
            (_maxNorm, _normType, _scaleByFrequency) = (max_norm, norm_type, scale_grad_by_freq);
            (_mode, _sparse, _includeLastOffset, _paddingIndex) = (mode, sparse, include_last_offset, padding_index);
            this.weight = weight;
            if (initialise) Embedding.Initialise(weight, padding_index);
        }

        /// <summary>(num_embeddings, embedding_dims).</summary>
        public Parameter? weight
        {
            get => _weight;
            set => Assign(ref _weight, value, nameof(weight));
        }

        public Tensor call(Tensor input) => call(input, null, null);

        public Tensor call(Tensor input, Tensor offsets) => call(input, offsets, null);

        public new Tensor call(Tensor input, Tensor? offsets, Tensor? perSampleWeights)
        {
            if (input.dim() == 1 && offsets is null) throw new ArgumentException("'offsets' must be non-null for a 1-D input.");
            if (input.dim() == 2 && offsets is not null) throw new ArgumentException("'offsets' must be null for a 2-D input.");
            if (offsets is not null && input.dtype != offsets.dtype)
                throw new ArgumentException($"input and offsets must have the same element type, got {input.dtype} and {offsets.dtype}.");
            return base.call(input, offsets, perSampleWeights);
        }

        public override Tensor forward(Tensor input, Tensor? offsets, Tensor? perSampleWeights)
        {
            Embedding.Renormalise(weight!, input, _maxNorm, _normType);
            using var scope = NewDisposeScope();
            if (offsets is null)
            {
                var (bags, length) = (input.shape[0], input.shape[1]);
                offsets = arange(0, bags * length, length, dtype: input.dtype, device: input.device);
                input = input.reshape(-1);
                perSampleWeights = perSampleWeights?.reshape(-1);
            }
            var (result, _, _, _) = Dispatcher.Call4("embedding_bag.padding_idx", weight, input, offsets,
                _scaleByFrequency, (long)_mode, _sparse, perSampleWeights, _includeLastOffset, _paddingIndex < 0 ? Arg.None : _paddingIndex);
            return result.MoveToOuterDisposeScope();
        }
    }
}

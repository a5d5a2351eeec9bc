using TorchSharp.Interop;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Looks rows of a table up by index: (*) int64 to (*, embedding_dims).</summary>
public sealed class Embedding : Module<Tensor, Tensor>
{
    private readonly long _paddingIndex;
    private readonly double? _maxNorm;
    private readonly double _normType;
    private readonly bool _scaleByFrequency;
    private readonly bool _sparse;

    [ComponentName(Name = nameof(weight))]
    private Parameter? _weight;

    internal Embedding(Parameter weight, bool initialise, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse)
        : base(nameof(Embedding))
    {
        _paddingIndex = Row(padding_idx, weight.shape[0]);
        (_maxNorm, _normType, _scaleByFrequency, _sparse) = (max_norm, norm_type, scale_grad_by_freq, sparse);
        this.weight = weight;
        if (initialise) Initialise(weight, _paddingIndex);
    }

    /// <summary>(num_embeddings, embedding_dims).</summary>
    public Parameter? weight
    {
        get => _weight;
        set => Assign(ref _weight, value, nameof(weight));
    }

    public override Tensor forward(Tensor input)
    {
        Renormalise(weight!, input, _maxNorm, _normType);
        return Dispatcher.Call("embedding", weight, input, _paddingIndex, _scaleByFrequency, _sparse);
    }

    /// <summary>Normal numbers, and zeros in the padding row.</summary>
    internal static void Initialise(Parameter weight, long paddingIndex)
    {
        init.normal_(weight);
        if (paddingIndex < 0) return;
        using var _ = no_grad();
        using var row = Dispatcher.Call("select.int", weight, 0L, paddingIndex);
        row.zero_();
    }

    /// <summary>Scales the rows that will be looked up down to the greatest norm allowed, in place.</summary>
    internal static void Renormalise(Parameter weight, Tensor input, double? maxNorm, double normType)
    {
        if (maxNorm is null) return;
        using var _ = no_grad();
        using var rows = Dispatcher.Call("contiguous", input);
        Dispatcher.CallInPlace("embedding_renorm_", weight, rows, maxNorm.Value, normType);
    }

    internal static long Row(long? index, long rows)
    {
        if (index is not { } row) return -1;
        if (row < -rows || row >= rows)
            throw new ArgumentOutOfRangeException(nameof(index), row, $"Embedding: expected a padding index in [{-rows}, {rows}).");
        return row < 0 ? row + rows : row;
    }
}

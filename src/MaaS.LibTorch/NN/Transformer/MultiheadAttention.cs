using TorchSharp.Interop;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Multi-head attention (Vaswani et al. 2017): query (L, N, E), key (S, N, kdim), value (S, N, vdim) to (L, N, E).</summary>
/// <remarks>
/// key_padding_mask (N, S) is true where a key is padding; attn_mask (L, S) or (N · heads, L, S) is true where attention may
/// not look, or numbers to add. The second result are the weights, the mean over heads (N, L, S), or null when not needed.
/// </remarks>
public sealed class MultiheadAttention : Module<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, Tuple<Tensor, Tensor>>
{
    private readonly long _embed, _heads, _keys, _values;
    private readonly double _dropout;
    private readonly bool _addZero;

    [ComponentName(Name = "in_proj_weight")]
    private readonly Parameter? _inWeight;

    [ComponentName(Name = "q_proj_weight")]
    private readonly Parameter? _queryWeight;

    [ComponentName(Name = "k_proj_weight")]
    private readonly Parameter? _keyWeight;

    [ComponentName(Name = "v_proj_weight")]
    private readonly Parameter? _valueWeight;

    [ComponentName(Name = "in_proj_bias")]
    private readonly Parameter? _inBias;

    [ComponentName(Name = "bias_k")]
    private readonly Parameter? _keyBias;

    [ComponentName(Name = "bias_v")]
    private readonly Parameter? _valueBias;

    [ComponentName(Name = "out_proj")]
    private readonly Linear _out;

    internal MultiheadAttention(long embedded_dim, long num_heads, double dropout, bool bias, bool add_bias_kv, bool add_zero_attn, long? kdim, long? vdim)
        : base(nameof(MultiheadAttention))
    {
        if (num_heads < 1 || embedded_dim % num_heads != 0)
            throw new ArgumentException($"MultiheadAttention: expected num_heads to divide embedded_dim {embedded_dim}, got {num_heads}.", nameof(num_heads));
        (_embed, _heads, _dropout, _addZero) = (embedded_dim, num_heads, dropout, add_zero_attn);
        (_keys, _values) = (kdim ?? embedded_dim, vdim ?? embedded_dim);
        if (_keys == _embed && _values == _embed)
        {
            _inWeight = Matrix(3 * _embed, _embed);
        }
        else
        {
            _queryWeight = Matrix(_embed, _embed);
            _keyWeight = Matrix(_embed, _keys);
            _valueWeight = Matrix(_embed, _values);
        }
        if (bias) _inBias = Own(zeros([3 * _embed]));
        _out = new Linear(_embed, _embed, bias);
        if (add_bias_kv)
        {
            _keyBias = Matrix(1, 1, _embed);
            _valueBias = Matrix(1, 1, _embed);
        }
        RegisterComponents();
        Initialise();

        static Parameter Matrix(params long[] shape) => Own(empty(shape));
        static Parameter Own(Tensor tensor) => (Parameter)Parameter(tensor).DetachFromDisposeScope();
    }

    public new Tuple<Tensor, Tensor> call(Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask = null, bool need_weights = true,
        Tensor? attn_mask = null) => base.call(query, key, value, key_padding_mask, need_weights, attn_mask);

    public override Tuple<Tensor, Tensor> forward(Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask, bool need_weights, Tensor? attn_mask)
    {
        if (query.dim() != 3 || key.dim() != 3 || value.dim() != 3 || query.shape[2] != _embed || key.shape[2] != _keys || value.shape[2] != _values)
            throw new ArgumentException(
                $"MultiheadAttention: expected query (L, N, {_embed}), key (S, N, {_keys}) and value (S, N, {_values}), got " +
                $"({string.Join(", ", query.shape)}), ({string.Join(", ", key.shape)}) and ({string.Join(", ", value.shape)}).");
        var (length, batch) = (query.shape[0], query.shape[1]);
        CheckMasks(length, batch, key.shape[0], key_padding_mask, attn_mask);
        using var scope = NewDisposeScope();
        var (q, k, v) = Project(query, key, value);
        if (_keyBias is not null && _valueBias is not null)
        {
            k = cat([k, _keyBias.expand(1, batch, _embed)], 0);
            v = cat([v, _valueBias.expand(1, batch, _embed)], 0);
        }
        (q, k, v) = (Split(q), Split(k), Split(v));                                                     // (N H, L or S, D)
        if (_addZero)
        {
            var nothing = zeros([k.shape[0], 1, k.shape[2]], k.dtype, k.device);
            (k, v) = (cat([k, nothing], 1), cat([v, nothing], 1));
        }
        var weights = functional.softmax(Scores(q, k, batch, key.shape[0], key_padding_mask, attn_mask), -1);   // (N H, L, S)
        var dropped = functional.dropout(weights, _dropout, training);
        var attended = dropped.bmm(v).transpose(0, 1).reshape(length, batch, _embed);                   // (L, N, E)
        var output = _out.call(attended).MoveToOuterDisposeScope();
        if (!need_weights) return Tuple.Create(output, (Tensor)null!);
        var mean = Dispatcher.Call("mean.dim", dropped.view(batch, _heads, length, -1), new[] { 1L });
        return Tuple.Create(output, mean.MoveToOuterDisposeScope());

        Tensor Split(Tensor x) => x.reshape(x.shape[0], batch * _heads, _embed / _heads).transpose(0, 1);
    }

    // Masks of other shapes may still fit by broadcasting, and then hide the wrong keys.
    private void CheckMasks(long length, long batch, long keys, Tensor? paddingMask, Tensor? attentionMask)
    {
        if (paddingMask is not null && paddingMask.shape is not [var n, var s] || paddingMask is { } p && (p.shape[0] != batch || p.shape[1] != keys))
            throw new ArgumentException(
                $"MultiheadAttention: expected key_padding_mask (N, S) = ({batch}, {keys}), got ({string.Join(", ", paddingMask!.shape)}).", nameof(paddingMask));
        if (attentionMask is null) return;
        var shape = attentionMask.shape;
        if (shape is not [.., var rows, var columns] || rows != length || columns != keys || shape.Length > 3 || (shape.Length == 3 && shape[0] != batch * _heads))
            throw new ArgumentException(
                $"MultiheadAttention: expected attn_mask (L, S) = ({length}, {keys}) or (N heads, L, S) = ({batch * _heads}, {length}, {keys}), " +
                $"got ({string.Join(", ", shape)}).", nameof(attentionMask));
    }

    private Tensor Scores(Tensor q, Tensor k, long batch, long keys, Tensor? paddingMask, Tensor? attentionMask)
    {
        var scores = q.mul(1.0 / Math.Sqrt(_embed / _heads)).bmm(k.transpose(1, 2));                    // (N H, L, S)
        var extra = scores.shape[2] - keys;   // Learned and zero keys are never masked.
        if (attentionMask is not null)
        {
            if (extra > 0) attentionMask = functional.pad(attentionMask, [0, extra]);
            scores = Forbid(scores, attentionMask);
        }
        if (paddingMask is null) return scores;
        if (extra > 0) paddingMask = functional.pad(paddingMask, [0, extra]);
        var shaped = scores.view(batch, _heads, scores.shape[1], scores.shape[2]);
        return Forbid(shaped, paddingMask.view(batch, 1, 1, scores.shape[2])).view(scores.shape);
    }

    private static Tensor Forbid(Tensor scores, Tensor mask) => mask.dtype is ScalarType.Bool or ScalarType.Byte
        ? Dispatcher.Call("masked_fill.Scalar", scores, mask.to(ScalarType.Bool), double.NegativeInfinity)
        : scores.add(mask);

    private (Tensor q, Tensor k, Tensor v) Project(Tensor query, Tensor key, Tensor value)
    {
        var weights = _inWeight is not null ? _inWeight.chunk(3) : [_queryWeight!, _keyWeight!, _valueWeight!];
        var biases = _inBias is not null ? _inBias.chunk(3) : new Tensor?[3];
        return (functional.linear(query, weights[0], biases[0]), functional.linear(key, weights[1], biases[1]), functional.linear(value, weights[2], biases[2]));
    }

    // PyTorch's order of draws: the output layer's own, then the projections, then the learned keys.
    private void Initialise()
    {
        foreach (var weight in new[] { _inWeight, _queryWeight, _keyWeight, _valueWeight })
            if (weight is not null) init.xavier_uniform_(weight);
        if (_inBias is not null) init.zeros_(_out.bias!);
        if (_keyBias is not null) init.xavier_normal_(_keyBias);
        if (_valueBias is not null) init.xavier_normal_(_valueBias);
    }
}

using TorchSharp.Interop;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.utils.rnn;

namespace TorchSharp.Modules;

/// <summary>
/// What the recurrent layers share: their geometry, parameters in libtorch's order (weight_ih, weight_hh, bias_ih,
/// bias_hh of every layer and direction), and the calls of its kernels.
/// </summary>
internal sealed class RecurrentLayers
{
    private readonly nn.Module _owner;
    private readonly string _kernel;
    private readonly long _hidden, _layers;
    private readonly bool _bias, _batchFirst, _bidirectional;
    private readonly double _dropout;

    public RecurrentLayers(nn.Module owner, string kernel, int gates, long inputSize, long hiddenSize, long numLayers, bool bias, bool batchFirst,
        double dropout, bool bidirectional, Device? device, ScalarType? dtype)
    {
        if (inputSize < 1 || hiddenSize < 1 || numLayers < 1)
            throw new ArgumentException(
                $"{owner.GetName()}: expected positive sizes, got inputSize {inputSize}, hiddenSize {hiddenSize}, numLayers {numLayers}.");
        if (dropout is < 0 or > 1) throw new ArgumentException($"{owner.GetName()}: expected dropout in [0, 1], got {dropout}.", nameof(dropout));
        (_owner, _kernel, _hidden, _layers, _bias) = (owner, kernel, hiddenSize, numLayers, bias);
        (_batchFirst, _dropout, _bidirectional) = (batchFirst, dropout, bidirectional);
        for (var layer = 0L; layer < numLayers; layer++)
        {
            foreach (var direction in bidirectional ? new[] { "", "_reverse" } : [""])
            {
                var input = layer == 0 ? inputSize : hiddenSize * Directions;
                Register($"weight_ih_l{layer}{direction}", gates * hiddenSize, input);
                Register($"weight_hh_l{layer}{direction}", gates * hiddenSize, hiddenSize);
                if (!bias) continue;
                Register($"bias_ih_l{layer}{direction}", gates * hiddenSize);
                Register($"bias_hh_l{layer}{direction}", gates * hiddenSize);
            }
        }
        var bound = 1.0 / Math.Sqrt(hiddenSize);
        foreach (var weight in owner.parameters(false)) init.uniform_(weight, -bound, bound);

        void Register(string name, params long[] shape) =>
            owner.register_parameter(name, (Parameter)Parameter(empty(shape, dtype, device)).DetachFromDisposeScope());
    }

    private int Directions => _bidirectional ? 2 : 1;

    private Tensor[] Weights => [.. _owner.parameters(false)];

    /// <summary>The parameter of a layer, forward direction first: of number layer · directions + direction.</summary>
    public Parameter? Weight(string kind, long index) =>
        _owner.get_parameter($"{kind}_l{index / Directions}{(index % Directions == 1 ? "_reverse" : "")}");

    /// <summary>Zeros for a state: (layers · directions, N, hidden).</summary>
    public Tensor InitialState(Tensor input) =>
        zeros([_layers * Directions, Padded(input).shape[_batchFirst ? 0 : 1], _hidden], input.dtype, input.device);

    public Tensor InitialState(PackedSequence input) =>
        zeros([_layers * Directions, input.batch_sizes[0].item<long>(), _hidden], input.data.dtype, input.data.device);

    public (Tensor output, Tensor state) Run(Tensor input, Tensor state) =>
        Dispatcher.Call2(_kernel + ".input", Padded(input), state, Weights, _bias, _layers, _dropout, _owner.training, _bidirectional, _batchFirst);

    public (Tensor output, Tensor state) Run(PackedSequence input, Tensor state) =>
        Dispatcher.Call2(_kernel + ".data", input.data, input.batch_sizes, state, Weights, _bias, _layers, _dropout, _owner.training, _bidirectional);

    public (Tensor output, Tensor hidden, Tensor cell) RunCells(Tensor input, Tensor hidden, Tensor cell) =>
        Dispatcher.Call3(_kernel + ".input", Padded(input), new[] { hidden, cell }, Weights, _bias, _layers, _dropout, _owner.training, _bidirectional, _batchFirst);

    public (Tensor output, Tensor hidden, Tensor cell) RunCells(PackedSequence input, Tensor hidden, Tensor cell) =>
        Dispatcher.Call3(_kernel + ".data", input.data, input.batch_sizes, new[] { hidden, cell }, Weights, _bias, _layers, _dropout, _owner.training, _bidirectional);

    // Libtorch reads a matrix as a sequence of single features and spreads it over the state's batch.
    private Tensor Padded(Tensor input) => input.dim() == 3 ? input : throw new ArgumentException(
        $"{_owner.GetName()}: expected {(_batchFirst ? "(N, L, features)" : "(L, N, features)")}, got {input.dim()} dimensions.", nameof(input));

    /// <summary>States follow the batch, which packing sorted by length.</summary>
    public static Tensor Sort(Tensor state, Tensor? order) => order is null ? state : Dispatcher.Call("index_select", state, 1L, order);

    /// <summary>A call of a layer with one state.</summary>
    public (Tensor, Tensor) Forward(Tensor input, Tensor? state)
    {
        using var scope = NewDisposeScope();
        var (output, last) = Run(input, state ?? InitialState(input));
        return scope.MoveToOuter(output, last);
    }

    public (PackedSequence, Tensor) Forward(PackedSequence input, Tensor? state)
    {
        using var scope = NewDisposeScope();
        var (output, last) = Run(input, state is null ? InitialState(input) : Sort(state, input.sorted_indices));
        last = Sort(last, input.unsorted_indices);
        return (input.With(output).MoveToOuterDisposeScope(), last.MoveToOuterDisposeScope());
    }
}

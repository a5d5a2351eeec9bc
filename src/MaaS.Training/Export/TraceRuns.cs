using MaaS.Core.Onnx;
using MaaS.Core.Onnx.Schema;
using MaaS.Training.Export.Sizes;
using MaaS.Training.Tracing;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>One traced run: the sizes it had, what went in and came out.</summary>
internal sealed record TraceRun(
    IReadOnlyDictionary<string, long> Sizes, IReadOnlyList<TensorProto> Inputs, ModuleTracer.Run Run);

/// <summary>Traces a module at several sizes of its dynamic axes, which <see cref="SizeRuns"/> chooses.</summary>
internal sealed class TraceRuns
{
    private readonly ExampleInputs _examples;
    private readonly IReadOnlyList<(string Name, Tensor Tensor)> _state;
    private readonly Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> _forward;
    private readonly SizeRuns _sizes;
    private readonly List<TraceRun> _runs = [];
    private RunCost? _cost;

    /// <summary>Runs of a module.</summary>
    /// <param name="examples">Makes its inputs.</param>
    /// <param name="state">Its parameters and buffers.</param>
    /// <param name="forward">Runs it.</param>
    /// <param name="given">The sizes that an axis may have, by its name; axes without an entry are free.</param>
    public TraceRuns(
        ExampleInputs examples, IReadOnlyList<(string Name, Tensor Tensor)> state,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward, IReadOnlyDictionary<string, IReadOnlyList<long>> given)
    {
        (_examples, _state, _forward) = (examples, state, forward);
        _sizes = new SizeRuns(examples.Symbols, given, Add, () => _cost ??= TraceCost.Of(_runs[0].Run.Trace));
    }

    /// <summary>The runs so far.</summary>
    public IReadOnlyList<TraceRun> Runs => _runs;

    /// <summary>What they are good for.</summary>
    public TraceEvidence Evidence => _sizes.Evidence;

    /// <inheritdoc cref="SizeRuns.Begin"/>
    public void Begin() => _sizes.Begin();

    /// <inheritdoc cref="SizeRuns.Extend"/>
    public bool Extend() => _sizes.Extend();

    /// <inheritdoc cref="SizeRuns.Confirm"/>
    public bool Confirm(IEnumerable<SizeExpression> expressions) => _sizes.Confirm(expressions);

    // Runs whose operators differ cannot be joined, whatever comes after them.
    private bool Add(IReadOnlyDictionary<string, long> sizes)
    {
        using var scope = NewDisposeScope();
        var inputs = _examples.Make(sizes, seed: _runs.Count == 0 ? null : _runs.Count);
        TensorProto[] values = [.. inputs.Select((input, i) => TorchTensorReader.Read(input, _examples.Names[i]))];
        Tensor[] all = [.. inputs, .. _state.Select(static pair => pair.Tensor)];
        _runs.Add(new TraceRun(sizes, values, ModuleTracer.Trace(all, () => _forward(inputs))));
        return _runs[^1].Run.Trace.Nodes.Count == _runs[0].Run.Trace.Nodes.Count;
    }
}

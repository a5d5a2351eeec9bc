using MaaS.Onnx.Schema;
using MaaS.Training.Export.Sizes;
using MaaS.Training.Tracing;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>One traced run: the sizes it had, what went in and came out.</summary>
internal sealed record TraceRun(
    IReadOnlyDictionary<string, long> Sizes, IReadOnlyList<TensorProto> Inputs, ModuleTracer.Run Run)
{
    /// <summary>The operators in their order, and what each of them reads.</summary>
    public string Operators { get; } =
        string.Join(';', Run.Trace.Nodes.Select(static node => $"{node.Op} {string.Join(',', node.Inputs)}"));
}

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

    /// <summary>All runs so far.</summary>
    public IReadOnlyList<TraceRun> All => _runs;

    /// <summary>The runs that join to one program: those that ran the operators that most runs did; all of them where no
    /// three quarters did, which joining them reports.</summary>
    public IReadOnlyList<TraceRun> Runs =>
        4 * Largest.Count < 3 * _runs.Count || Largest.Count < Math.Min(3, _runs.Count) ? _runs : Largest;

    /// <summary>The other runs, which the graph of <see cref="Runs"/> has to reproduce.</summary>
    public IReadOnlyList<TraceRun> Others => [.. _runs.Except(Runs)];

    /// <summary>What the runs are good for.</summary>
    public TraceEvidence Evidence => _sizes.Evidence with
    {
        Runs = Runs.Count,
        HeldOut = Math.Min(_sizes.Evidence.HeldOut, Runs.Count / 3),
    };

    /// <inheritdoc cref="SizeRuns.Begin"/>
    public void Begin() => _sizes.Begin();

    /// <inheritdoc cref="SizeRuns.Extend"/>
    public bool Extend() => _sizes.Extend();

    /// <inheritdoc cref="SizeRuns.Confirm"/>
    public bool Confirm(IEnumerable<SizeExpression> expressions) => _sizes.Confirm(expressions);

    private IReadOnlyList<TraceRun> Largest =>
        [.. _runs.GroupBy(static run => run.Operators).MaxBy(static group => group.Count()) ?? Enumerable.Empty<TraceRun>()];

    // A loop over a size runs other operators at every size: no further run would help.
    private bool Add(IReadOnlyDictionary<string, long> sizes)
    {
        using var scope = NewDisposeScope();
        var inputs = _examples.Make(sizes, seed: _runs.Count == 0 ? null : _runs.Count);
        TensorProto[] values = [.. inputs.Select((input, i) => TorchTensorReader.Read(input, _examples.Names[i]))];
        Tensor[] all = [.. inputs, .. _state.Select(static pair => pair.Tensor)];
        _runs.Add(new TraceRun(sizes, values, ModuleTracer.Trace(all, () => _forward(inputs))));
        return _runs.Count < 4 || Runs.Count < _runs.Count || Largest.Count == _runs.Count;
    }
}

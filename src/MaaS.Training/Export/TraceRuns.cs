using MaaS.Onnx.Schema;
using MaaS.Training.Export.Sizes;
using MaaS.Training.Tracing;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>One traced run.</summary>
/// <param name="Sizes">By axis.</param>
/// <param name="Trace">The operators that ran.</param>
/// <param name="Values">What went in and came out; null for a run of shapes alone.</param>
internal sealed record TraceRun(IReadOnlyDictionary<string, long> Sizes, Trace Trace, RunValues? Values)
{
    /// <summary>The operators in their order, and what each of them reads.</summary>
    public string Operators { get; } =
        string.Join(';', Trace.Nodes.Select(static node => $"{node.Op} {string.Join(',', node.Inputs)}"));
}

/// <summary>Copies of a run's tensors.</summary>
internal sealed record RunValues(IReadOnlyList<TensorProto> Inputs, IReadOnlyList<TensorProto> Outputs);

/// <summary>Traces a module at several sizes of its dynamic axes, which <see cref="SizeRuns"/> chooses: a few times
/// with values, and where the module runs without them at many more sizes.</summary>
internal sealed class TraceRuns : ISizeTracer
{
    // Nanoseconds for the comparison at a size at which other operators ran.
    private const double DearestComparison = 30e9;

    // The largest size at which numbers are checked.
    private const long FarthestShape = 8192;

    private readonly nn.Module _module;
    private readonly ExampleInputs _examples;
    private readonly IReadOnlyList<(string Name, Tensor Tensor)> _state;
    private readonly Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> _forward;
    private readonly SizeRuns _sizes;
    private readonly List<TraceRun> _runs = [];
    private readonly Dictionary<string, int> _counts = [];   // runs by their operators
    private int _compared;   // runs in which a product with a part of a fixed matrix was looked for
    private bool _binds;
    private readonly Lazy<RunCost> _cost;
    private readonly Lazy<ShapeTracer?> _shapes;

    /// <summary>Runs of a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="examples">Makes its inputs.</param>
    /// <param name="state">Its parameters and buffers.</param>
    /// <param name="forward">Runs it.</param>
    /// <param name="given">The sizes that an axis may have, by its name; axes without an entry are free.</param>
    public TraceRuns(
        nn.Module module, ExampleInputs examples, IReadOnlyList<(string Name, Tensor Tensor)> state,
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward,
        IReadOnlyDictionary<string, IReadOnlyList<long>> given)
    {
        (_module, _examples, _state, _forward) = (module, examples, state, forward);
        _sizes = new SizeRuns(examples.Symbols, given, this);
        _cost = new(() => TraceCost.Of(_runs[0].Trace, _runs.Skip(1).Select(static run => run.Trace)));
        _shapes = new(FindShapes);
    }

    /// <inheritdoc/>
    public bool HasShapes => _shapes.Value is not null;

    /// <inheritdoc/>
    public long LargestShape
    {
        get
        {
            for (; !_binds && _compared < _runs.Count; _compared++)
            {
                _binds = MatrixLimit.Binds(_runs[0].Trace, _runs[_compared].Trace, _examples.Names.Count);
            }

            return _binds ? _runs.Max(static run => run.Sizes.Values.DefaultIfEmpty(0).Max()) : FarthestShape;
        }
    }

    /// <inheritdoc/>
    public RunCost Cost => _cost.Value;

    /// <summary>All runs so far.</summary>
    public IReadOnlyList<TraceRun> All => _runs;

    /// <summary>Says where the numbers in the graph were checked, if that was not done on tensors without values at all
    /// sizes that were tried; else null.</summary>
    public string? Limits
        => _examples.Symbols.Count == 0 || (HasShapes && !_sizes.NeedsValues) || _sizes.AllGiven ? null
            : "export: forward does not run on tensors without values, so the numbers in the graph were checked at "
                + $"{_runs.Count} sizes alone ({string.Join(", ", _examples.Symbols.Keys.Select(Span))}); what changes "
                + "beyond them is not known";

    private string Span(string symbol) =>
        $"{symbol} {_runs.Min(run => run.Sizes[symbol])} to {_runs.Max(run => run.Sizes[symbol])}";

    /// <summary>The runs that join to one program: those that ran the operators that most runs did; all of them where
    /// no three quarters did, which joining them reports. Those that only check come last.</summary>
    public IReadOnlyList<TraceRun> Runs
    {
        get
        {
            var (operators, count) = _counts.MaxBy(static pair => pair.Value);
            bool all = 4 * count < 3 * _runs.Count || count < Math.Min(3, _runs.Count);
            return [
                .. _runs.Where(run => all || run.Operators == operators).OrderBy(run => _sizes.IsHeldOut(run.Sizes))];
        }
    }

    /// <summary>The other runs, which the graph of <see cref="Runs"/> has to reproduce.</summary>
    /// <exception cref="OnnxExportException">Such a run is too large to be compared.</exception>
    public IReadOnlyList<TraceRun> Others
        => [.. _runs.Except(Runs).Select(run => run.Values is null ? WithValues(run.Sizes) : run)];

    /// <summary>What the runs are good for.</summary>
    public TraceEvidence Evidence
    {
        get
        {
            var (runs, evidence) = (Runs, _sizes.Evidence);
            int held = runs.Count(run => _sizes.IsHeldOut(run.Sizes));
            return evidence with
            {
                Runs = runs.Count,
                HeldOut = held > 0 ? held : Math.Min(evidence.HeldOut, runs.Count / 3),
            };
        }
    }

    /// <inheritdoc cref="SizeRuns.Begin"/>
    public void Begin() => _sizes.Begin();

    /// <inheritdoc cref="SizeRuns.Extend"/>
    public bool Extend() => _sizes.Extend();

    /// <inheritdoc cref="SizeRuns.Confirm"/>
    public bool Confirm(IEnumerable<SizeExpression> expressions) => _sizes.Confirm(expressions);

    // A loop over a size runs other operators at every size: no further run would help.
    bool ISizeTracer.Trace(IReadOnlyDictionary<string, long> sizes, bool values)
    {
        var run = values ? WithValues(sizes) : new TraceRun(sizes, _shapes.Value!.Trace(_examples.Shapes(sizes)), null);
        _runs.Add(run);
        _counts[run.Operators] = _counts.GetValueOrDefault(run.Operators) + 1;
        int largest = _counts.Values.Max();
        return _runs.Count < 4 || _counts.Count == 1 || 4 * largest >= 3 * _runs.Count;
    }

    private TraceRun WithValues(IReadOnlyDictionary<string, long> sizes)
    {
        if (_runs.Count > 0
            && TraceCost.Of(_runs[0].Trace, []).At(_examples.Ratio(_runs[0].Sizes, sizes)) > DearestComparison)
        {
            throw new OnnxExportException(
                "forward runs other operators than at most sizes at "
                    + $"{string.Join(", ", sizes.Select(static s => $"{s.Key} {s.Value}"))}, "
                + "which is too large to compare the outputs; declare the axis as fixed, or name the sizes that the "
                + "module is made for "
                + "in OnnxExportOptions.TraceSizes");
        }

        using var scope = NewDisposeScope();
        var inputs = _examples.Make(sizes, seed: _runs.Count == 0 ? null : _runs.Count);
        TensorProto[] copies = [.. inputs.Select((input, i) => TorchTensorReader.Read(input, _examples.Names[i]))];
        Tensor[] all = [.. inputs, .. _state.Select(static pair => pair.Tensor)];
        var (trace, outputs) = ModuleTracer.Trace(all, () => _forward(inputs));
        return new TraceRun(sizes, trace, new RunValues(copies, outputs));
    }

    // What stands for the module's tensors belongs to the dispose scope of the export.
    private ShapeTracer? FindShapes() => ShapeTracer.Of(
        _module, [.. _state.Select(static pair => pair.Tensor)], _forward, _examples.Make(_runs[0].Sizes, seed: null),
        _runs[0].Trace);
}

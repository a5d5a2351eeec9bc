using MaaS.Onnx;
using MaaS.Onnx.Schema;
using MaaS.Training.Export.Lowering;
using MaaS.Training.Export.Sizes;
using MaaS.Training.Tracing;

namespace MaaS.Training.Export;

/// <summary>The ONNX graph while a traced program is written into it: which value each traced tensor is.</summary>
internal sealed class ExportGraph(GraphBuilder builder, LoweringRegistry registry, SizeFit fit)
{
    private readonly Dictionary<int, TensorCell> _cells = [];
    private readonly HashSet<string> _described = [];
    private readonly Dictionary<TensorProto, TracedTensor> _constants = new(ReferenceEqualityComparer.Instance);

    public GraphBuilder Builder { get; } = builder;

    public SizeExpressions Sizes { get; } = new(builder, fit);

    /// <summary>Gives a traced input, parameter or buffer its value in the graph.</summary>
    public void Define(TracedValue traced, string name, bool isConstant = false)
    {
        var tensor = new TracedTensor(name, traced.Type, traced.Shape);
        _cells[traced.Id] = new TensorCell(tensor) { IsContiguous = traced.IsContiguous };
        _described.Add(name);
        if (!isConstant)
        {
            Sizes.Learn(tensor);
        }
    }

    /// <summary>The present value of a traced tensor: in-place operators may have changed it, or what it is a view
    /// of.</summary>
    /// <exception cref="OnnxExportException">The operator that made it gave no value for this result.</exception>
    public TracedTensor Read(int id) => Current(_cells.GetValueOrDefault(id) ?? throw new OnnxExportException(
        "export: forward reads a result that has no ONNX form, such as the indices of a pooling layer"));

    /// <summary>A tensor that forward made itself, as an initializer; null where it differs between the runs.</summary>
    public TracedTensor? Constant(Argument.Constant constant)
    {
        var tensor = constant.Values[0];
        if (_constants.TryGetValue(tensor, out var known))
        {
            return known;
        }

        if (constant.Values.Any(
            other => !other.Dims.SequenceEqual(tensor.Dims) || !other.RawData.Equals(tensor.RawData)))
        {
            return null;
        }

        var named = tensor.Clone();
        named.Name = Builder.UniqueName("constant");
        Builder.Graph.Initializer.Add(named);
        return _constants[tensor] = new TracedTensor(
            named.Name, tensor.Type(), [.. tensor.Dims.Select(static size => new TracedSize(size))]);
    }

    /// <summary>Writes one operator.</summary>
    public void Lower(TracedOperator op)
    {
        Builder.Scope = op.ModulePath;
        bool inPlace = IsInPlace(op.Name);
        if (inPlace && ViewKinds.OnlyLooks(op.Name[..^1]))
        {
            (op, inPlace) = (op with { Name = op.Name[..^1], Writes = false }, false);
        }

        var values = Run(op, inPlace ? op.Name[..^1] : op.Name);
        for (int i = 0; i < values.Count; i++)
        {
            var traced = op.Outputs[i];
            var tensor = new TracedTensor(values[i], traced.Type, traced.Shape);
            Sizes.Learn(tensor);
            Describe(tensor);
            if (inPlace && op.Arguments.GetValueOrDefault("self") is Argument.Computed self)
            {
                Write(_cells[self.Id], tensor);
                _cells[traced.Id] = _cells[self.Id];
            }
            else
            {
                _cells[traced.Id] = new TensorCell(tensor)
                {
                    IsContiguous = traced.IsContiguous,
                    View = ViewOf(op, i, traced),
                };
            }
        }
    }

    private IReadOnlyList<string> Run(TracedOperator op, string name)
    {
        if (op.Writes && !IsInPlace(op.Name))
        {
            throw new OnnxExportException(
                "it writes into one of its arguments, which has no ONNX form; use the operator's result instead (y = "
                    + "f(x), not f(x, out: y))",
                op.Name, op.ModulePath);
        }

        var lowering = registry.Find(name) ?? registry.Find(op.Name) ?? throw new OnnxExportException(
            "MaaS has no lowering for this operator; add one with OnnxExportOptions.Lowerings = "
            + $"LoweringRegistry.Default.With(\"{name}\", call => …)", op.Name, op.ModulePath);
        var call = new OperatorCall(op, this);
        try
        {
            lowering(call);
        }
        catch (InvalidOperationException error)
        {
            throw call.Unsupported(error.Message);
        }
        return call.Results;
    }

    /// <summary>Follows a value to its new name.</summary>
    public void Rename(string from, string to)
    {
        foreach (var cell in _cells.Values.Where(cell => cell.Tensor.Name == from))
        {
            cell.Tensor = cell.Tensor with { Name = to };
        }
    }

    private void Describe(TracedTensor tensor)
    {
        if (_described.Add(tensor.Name))
        {
            Builder.Graph.ValueInfo.Add(
                OnnxDimension.ValueInfo(tensor.Name, tensor.Type, tensor.Shape.Select(Sizes.Dimension)));
        }
    }

    private static bool IsInPlace(string name) => name.EndsWith('_') && !name.EndsWith("__", StringComparison.Ordinal);

    private TensorView? ViewOf(TracedOperator op, int output, TracedValue traced)
    {
        if (op.Arguments.GetValueOrDefault("self") is not Argument.Computed self)
        {
            return null;
        }

        var source = _cells[self.Id];
        bool aliases = ViewKinds.Aliases(op, source.Tensor, source.IsContiguous, traced);
        return aliases ? new TensorView(source, op, output, source.Version) : null;
    }

    // A write through a view changes what it is a view of, and with it every other view of that.
    private void Write(TensorCell cell, TracedTensor value)
    {
        cell.Tensor = value;
        cell.Version++;
        if (cell.View is not { } view)
        {
            return;
        }

        var source = Current(view.Source);
        string whole = ViewWriting.Write(new OperatorCall(view.Operator, this), source, value, view.Output);
        Write(view.Source, source with { Name = whole });
        cell.View = view with { Version = view.Source.Version };
    }

    private TracedTensor Current(TensorCell cell)
    {
        if (cell.View is not { } view)
        {
            return cell.Tensor;
        }

        Current(view.Source);
        if (view.Version == view.Source.Version)
        {
            return cell.Tensor;
        }

        string name = Run(view.Operator, view.Operator.Name)[view.Output];
        cell.Tensor = cell.Tensor with { Name = name };
        cell.Version++;
        cell.View = view with { Version = view.Source.Version };
        return cell.Tensor;
    }
}

/// <summary>A traced tensor's memory: the value it has now.</summary>
internal sealed class TensorCell(TracedTensor tensor)
{
    public TracedTensor Tensor { get; set; } = tensor;

    public int Version { get; set; }

    public bool IsContiguous { get; init; }

    public TensorView? View { get; set; }
}

/// <summary>That a tensor shares memory with another one, and which operator made it so.</summary>
/// <param name="Source">What it is a view of.</param>
/// <param name="Operator">The operator that made the view.</param>
/// <param name="Output">Which of the operator's results it is.</param>
/// <param name="Version">The source's version that the view's value was made from.</param>
internal sealed record TensorView(TensorCell Source, TracedOperator Operator, int Output, int Version);

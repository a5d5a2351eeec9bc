using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Traces a module on tensors without values, which costs the same at any size: a fraction of a millisecond
/// for a small module.</summary>
internal sealed class ShapeTracer
{
    private readonly IReadOnlyList<Tensor> _state;
    private readonly Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> _forward;
    private readonly MetaModule _module;
    private readonly TraceConstant.Text _device;

    private ShapeTracer(
        nn.Module module, IReadOnlyList<Tensor> state, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward,
        Device device)
    {
        (_state, _forward, _module) = (state, forward, new MetaModule(module));
        _device = new TraceConstant.Text(device.ToString());
    }

    /// <summary>A tracer of a module; null where the module does not run without values as it does with them, or could
    /// end the process (<see cref="MetaForward.CanRun"/>).</summary>
    /// <param name="module">The module.</param>
    /// <param name="state">Its parameters and buffers.</param>
    /// <param name="forward">Runs it.</param>
    /// <param name="inputs">What it ran on.</param>
    /// <param name="trace">How it ran.</param>
    public static ShapeTracer? Of(
        nn.Module module, IReadOnlyList<Tensor> state, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward,
        IReadOnlyList<Tensor> inputs, Trace trace)
    {
        // The kernels for shapes damaged the runtime's heap under Wine: elsewhere sizes are checked with values alone.
        if (!OperatingSystem.IsLinux() || !MetaForward.CanRun(trace))
        {
            return null;
        }

        try
        {
            var tracer = new ShapeTracer(module, state, forward, inputs[0].device);
            var shapes = tracer.Trace([.. inputs.Select(static input => (input.shape, input.dtype))]);
            return TraceAgreement.First(trace, shapes) is null && Sizes(trace).SequenceEqual(Sizes(shapes))
                ? tracer : null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // An operator without a form for the device, a constant on another one, a value that is read.
            return null;
        }
    }

    /// <summary>Traces the module at some sizes. What forward throws is thrown here.</summary>
    public Trace Trace(IReadOnlyList<(long[] Shape, ScalarType Type)> inputs)
    {
        using var scope = NewDisposeScope();
        Tensor[] without = [.. inputs.Select(static input => empty(input.Shape, input.Type, META))];
        var trace = _module.Run(() => ModuleTracer.TraceOperators([.. without, .. _state], () => _forward(without)));
        return trace with { Nodes = [.. trace.Nodes.Select(OnOwnDevice)] };
    }

    private TraceNode OnOwnDevice(TraceNode node) =>
        node.Constant is TraceConstant.Text { Value: "meta" } ? node with { Constant = _device } : node;

    private static IEnumerable<string> Sizes(Trace trace)
        => trace.Inputs.Concat(trace.Nodes.SelectMany(static node => node.Outputs))
        .Select(static value => $"{value.ElementType} {string.Join(',', value.Sizes ?? [])}");
}

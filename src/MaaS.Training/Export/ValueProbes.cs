using MaaS.Onnx.Schema;
using MaaS.Training.Tracing;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>Inputs of one scale.</summary>
/// <param name="Name">For people, such as <c>100·N(0, 1)</c>.</param>
/// <param name="Scale">The standard deviation of reals.</param>
/// <param name="IsEven">Whether every real is the scale itself, and every integer the example's greatest, at a negative
/// scale the least.</param>
/// <param name="WholeRange">Whether integers of 8 bits take every value of their type.</param>
internal sealed record ValueScale(string Name, double Scale, bool IsEven = false, bool WholeRange = true);

/// <summary>A traced run on inputs of one scale.</summary>
/// <param name="Scale">The scale.</param>
/// <param name="Inputs">What went in.</param>
/// <param name="Run">What ran and came out.</param>
internal sealed record ValueProbe(ValueScale Scale, IReadOnlyList<TensorProto> Inputs, ModuleTracer.Run Run);

/// <summary>Traces a module on inputs of one size and several scales. Where it computes by torch's operators alone, all
/// of them run the same operators on the same constants.</summary>
internal sealed class ValueProbes(
    ExampleInputs examples, IReadOnlyList<(string Name, Tensor Tensor)> state,
    Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward)
{
    // Inputs moved by so much show how far torch's own rounding carries.
    private const double Rounding = 1e-6;

    // Even values are for branches over a threshold: outputs are compared where values differ.
    private static readonly ValueScale[] Scales =
    [
        new("zeros", 0), new("N(0, 1)", 1), new("100·N(0, 1)", 100), new("all 10,000", 1e4, IsEven: true),
        new("all -10,000", -1e4, IsEven: true),
    ];

    /// <summary>The runs; scales at which the module throws are left out.</summary>
    /// <exception cref="TracingException">libtorch cannot trace the function.</exception>
    public IReadOnlyList<ValueProbe> Trace(IReadOnlyDictionary<string, long> sizes) =>
        [.. Scales.Select(
            scale => Trace(sizes, scale) ?? Trace(sizes, scale with { WholeRange = false })).OfType<ValueProbe>()];

    /// <summary>What forward asks of tensors that have no values; null where it asks for nothing or cannot run
    /// so.</summary>
    public ValueRead? FirstRead(nn.Module module, TraceRun run, Action<IReadOnlyList<Tensor>> invoke)
    {
        using var scope = NewDisposeScope();
        return MetaForward.CanRun(run.Trace)
            ? MetaForward.FirstRead(module, examples.Make(run.Sizes, seed: null), invoke, run.Trace)
            : null;
    }

    /// <summary>How far each output moves when the inputs do by a rounding error, relative at scales above 0.</summary>
    public IReadOnlyList<double> Sensitivity(IReadOnlyDictionary<string, long> sizes, ValueProbe probe)
    {
        using var scope = NewDisposeScope();
        var moved = forward([.. examples.MakeScaled(sizes, probe.Scale).Select(x => Moved(x, probe.Scale.Scale))]);
        return [.. moved.Select(
            (output, i) => ParityCheck.Difference(TorchTensorReader.Read(output, ""), probe.Run.Outputs[i]))];
    }

    private static Tensor Moved(Tensor x, double scale) =>
        !x.is_floating_point() ? x : scale == 0 ? x + (Rounding * randn_like(x)) : x * (1 + (Rounding * randn_like(x)));

    private ValueProbe? Trace(IReadOnlyDictionary<string, long> sizes, ValueScale scale)
    {
        using var scope = NewDisposeScope();
        var inputs = examples.MakeScaled(sizes, scale);
        TensorProto[] copies = [.. inputs.Select((input, i) => TorchTensorReader.Read(input, examples.Names[i]))];
        try
        {
            Tensor[] all = [.. inputs, .. state.Select(static pair => pair.Tensor)];
            return new ValueProbe(scale, copies, ModuleTracer.Trace(all, () => forward(inputs)));
        }
        catch (Exception refusal) when (refusal is not (OutOfMemoryException or TracingException))
        {
            // The module takes no such values, as a table of embeddings takes no index that it does not have.
            return null;
        }
    }
}

using MaaS.Onnx;
using MaaS.Training.Export.Sizes;
using MaaS.Training.Tracing;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>Traces a module for an export, at as many sizes and values as the graph needs to be right at all of
/// them.</summary>
/// <param name="module">The module.</param>
/// <param name="inputs">Makes its inputs.</param>
/// <param name="sizes">Runs it at several sizes.</param>
/// <param name="values">Runs it on several values.</param>
/// <param name="reads">Collects what forward reads of tensors' values.</param>
/// <param name="allowReads">Whether such reads become warnings.</param>
internal sealed class ExportTracing(
    nn.Module module, ExampleInputs inputs, TraceRuns sizes, ValueProbes values, HashSet<ValueRead> reads,
    bool allowReads)
{
    private const int DefaultOpset = 17;

    /// <summary>Runs on values of several scales.</summary>
    public IReadOnlyList<ValueProbe> Probes { get; private set; } = [];

    /// <summary>What was read and allowed.</summary>
    public IReadOnlyList<string> Reads { get; private set; } = [];

    /// <summary>What the caller must know of: what was read, or where numbers were not checked.</summary>
    public IReadOnlyList<string> Warnings => Reads.Count == 0 && sizes.Limits is { } limits ? [limits] : Reads;

    /// <summary>Traces and writes the model.</summary>
    /// <param name="write">Writes a program in an opset; gives the sizes that the graph computes as well.</param>
    /// <param name="invoke">Runs the module.</param>
    /// <param name="opset">The opset; null for the oldest that the operators allow.</param>
    /// <exception cref="OnnxExportException">The module cannot be traced, reads values, or computes what the graph
    /// cannot.</exception>
    public OnnxModel Write(
        Func<TracedProgram, SizeFit, int, (OnnxModel Model, IReadOnlyCollection<SizeExpression> Sizes)> write,
        Action<IReadOnlyList<Tensor>> invoke, int? opset)
    {
        try
        {
            ModuleState.RefuseFreeWeights(module);
            // 1. A few sizes, and several scales of values: forwards that read values are refused.
            sizes.Begin();
            Probes = values.Trace(sizes.All[0].Sizes);
            if (reads.Count == 0 && values.FirstRead(module, sizes.All[0], invoke) is { } read)
            {
                reads.Add(read);
            }

            Reads = ValueReadCheck.Run(reads, sizes.All[0].Trace, Probes, allowReads);
            // 2. More sizes where a number in the graph rounds. 3. The edges of the rounding, until what was found
            // holds there too.
            while (true)
            {
                var program = TraceMerger.Merge([.. sizes.Runs.Select(static run => run.Trace)]);
                var fit = new SizeFit(Axes(), sizes.Evidence);
                try
                {
                    var (model, expressions) = write(program, fit, opset ?? DefaultOpset);
                    if (!sizes.Confirm(expressions))
                    {
                        return model;
                    }
                }
                catch (OnnxExportException refusal) when (opset is null && refusal.NeededOpset is not null)
                {
                    opset = refusal.NeededOpset;
                }
                catch (OnnxExportException refusal) when (refusal.NeedsMoreSizes && sizes.Extend())
                {
                    // The next round has more sizes to find the number's form.
                }
            }
        }
        catch (TracingException error)
        {
            throw reads.Count > 0 && !allowReads ? ValueReadCheck.Refusal(reads) : new OnnxExportException(error);
        }
        catch (OnnxExportException) when (reads.Count > 0 && !allowReads)
        {
            // What forward read is the cause of whatever failed afterwards.
            throw ValueReadCheck.Refusal(reads);
        }
    }

    private IReadOnlyList<DynamicAxis> Axes() =>
    [
        .. inputs.Axes.DistinctBy(static axis => axis.Symbol).Select(axis => new DynamicAxis(
            axis.Symbol, axis.Input, axis.Axis, new TracedSize([.. sizes.Runs.Select(run => run.Sizes[axis.Symbol])]))),
    ];
}

using MaaS.Onnx;
using MaaS.Onnx.Passes;
using MaaS.Training.Interop;
using MaaS.Training.Startup;
using MaaS.Training.Tracing;
using static TorchSharp.torch;

namespace MaaS.Training.Export;

/// <summary>Exports a torch module to ONNX: runs its forward under libtorch's tracer at several sizes, writes the
/// recorded operators as ONNX nodes, optimizes the graph, and compares ONNX Runtime's outputs with torch's.</summary>
/// <remarks>Any forward code exports whose operators have lowerings. The module runs in evaluation mode and gets its
/// own mode back. Parameters and buffers keep their state-dict names.</remarks>
public static class OnnxExporter
{
    /// <summary>Exports a module with one input.</summary>
    /// <inheritdoc cref="Export(nn.Module, IReadOnlyList{Tensor}, OnnxExportOptions?)"/>
    public static OnnxExportResult Export(nn.Module module, Tensor example, OnnxExportOptions? options = null) =>
        Export(module, [example], options);

    /// <summary>Exports a module.</summary>
    /// <param name="module">Its <c>call</c> (or <c>forward</c>) takes the example inputs and returns tensors, tuples,
    /// lists or dictionaries of tensors.</param>
    /// <param name="examples">Inputs of the right types and sizes; neither changed nor disposed.</param>
    /// <param name="options">Names, dynamic axes, checks.</param>
    /// <exception cref="OnnxExportException">An operator has no lowering, a size cannot be expressed in the dynamic
    /// axes, or ONNX Runtime does not reproduce the outputs.</exception>
    /// <exception cref="ArgumentException">Names and inputs do not fit together.</exception>
    public static OnnxExportResult Export(
        nn.Module module, IReadOnlyList<Tensor> examples, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(examples);
        return Export(module, ModuleInvoker.For(module, examples.Count), examples, options ?? new());
    }

    /// <summary>Exports a function that runs a module, for signatures that <c>call</c> does not have.</summary>
    /// <param name="module">Holds the parameters that <paramref name="forward"/> uses.</param>
    /// <param name="forward">Takes the inputs; returns tensors, tuples, lists or dictionaries of tensors.</param>
    /// <param name="examples">Inputs of the right types and sizes; neither changed nor disposed.</param>
    /// <param name="options">Names, dynamic axes, checks.</param>
    public static OnnxExportResult Export(
        nn.Module module, Func<IReadOnlyList<Tensor>, object> forward, IReadOnlyList<Tensor> examples,
        OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(examples);
        return Export(module, x => [.. ModuleInvoker.Flatten(null, forward(x))], examples, options ?? new());
    }

    private static OnnxExportResult Export(
        nn.Module module, Func<IReadOnlyList<Tensor>, IReadOnlyList<(string? Name, Tensor Tensor)>> invoke,
        IReadOnlyList<Tensor> examples, OnnxExportOptions options)
    {
        if (options.Opset is not (null or 17 or 18))
        {
            throw new ArgumentException($"export: expected opset 17 or 18, got {options.Opset}", nameof(options));
        }

        TorchRuntime.Ensure();
        var inputs = new ExampleInputs(InputNames(examples.Count, options), examples, options.DynamicAxes);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var mode = new EvaluationMode(module);
        using var scopes = new ModuleScopes(module);

        IReadOnlyList<string?> outputNames = [];
        var reads = new HashSet<ValueRead>();
        IReadOnlyList<Tensor> Forward(IReadOnlyList<Tensor> x)
        {
            IReadOnlyList<(string? Name, Tensor Tensor)> results = [];
            OperatorRecorder.WatchReads(() => results = invoke(x), reads);
            if (results.Count == 0)
            {
                throw new OnnxExportException("export: forward returned no tensors");
            }

            outputNames = [.. results.Select(static result => result.Name)];
            return [.. results.Select(static result => result.Tensor)];
        }

        // The stations of docs/architecture.md. 1: trace forward at several sizes of each dynamic axis.
        var state = ModuleState.Of(module);
        var values = new ValueProbes(inputs, state, Forward);
        var sizes = new TraceRuns(module, inputs, state, Forward, options.TraceSizes);
        // 2: sizes as expressions of the axes. 3: each operator lowered to ONNX nodes.
        var tracing = new ExportTracing(module, inputs, sizes, values, reads, options.AllowValueReads);
        var model = tracing.Write(
            (program, fit, opset) => OnnxModelWriter.Write(
                program, inputs, state, fit, OutputNames(outputNames, options), options, opset, module),
            x => invoke(x), options.Opset);
        // 4: fold and fuse; weights keep their names.
        if (options.Optimize)
        {
            var names = new WeightNames(model, state.Select(static pair => pair.Name));
            GraphOptimizer.Optimize(model);
            names.Restore(model);
        }

        // 5: refuse a graph that does not hold together.
        GraphCheck.Check(model);
        List<string> warnings = [.. tracing.Warnings];
        var (parity, parityRuns) = (double.NaN, 0);
        // 6: compare with torch at every traced size and at several scales.
        if (options.CheckParity)
        {
            using var runner = new OnnxRunner(model);
            var known = model.Inputs.Select(static input => input.Name).ToHashSet();
            (parity, parityRuns) = CheckSizes(
                runner, known, sizes, inputs, SizeOneCase(inputs, Forward, options.TraceSizes), options);
            parityRuns += CheckScales(
                runner, known, tracing, values, sizes.All[0].Sizes, warnings, options);
        }

        if (warnings.Count > 0)
        {
            model.SetWarnings(warnings);
        }

        foreach (var warning in warnings)
        {
            options.OnWarning(warning);
        }

        return new OnnxExportResult(model, parity, parityRuns) { Warnings = warnings };
    }

    // Compares at every traced size. Sizes far from the example's do not count in the figure: differences grow with
    // what is summed.
    private static (double Largest, int Count) CheckSizes(
        OnnxRunner runner, HashSet<string> known, TraceRuns sizes, ExampleInputs inputs, ParityCheck.Case? single,
        OnnxExportOptions options)
    {
        List<ParityCheck.Case> cases =
        [
            .. sizes.Runs.Where(static run => run.Values is not null)
                .Select(
                    static run => new ParityCheck.Case(Describe(run.Sizes), run.Values!.Inputs, run.Values.Outputs)),
        ];
        int near = Math.Min(cases.Count, 2 + inputs.Symbols.Count);
        if (single is not null)
        {
            cases.Insert(near++, single);
        }

        double largest = ParityCheck.Run(runner, cases.Take(near), known, options.ParityTolerance);
        ParityCheck.Run(runner, cases.Skip(near), known, options.ParityTolerance);
        // libtorch leaves out what does nothing at some sizes, as a slice over a whole axis. A branch of the module's
        // shows here.
        var others = sizes.Others.Select(static run => new ParityCheck.Case(
            $"{Describe(run.Sizes)}, where forward ran other operators than at most sizes", run.Values!.Inputs,
            run.Values.Outputs)).ToList();
        ParityCheck.Run(runner, others, known, options.ParityTolerance);
        return (largest, cases.Count + others.Count);
    }

    // Compares at several scales of values. Where torch itself gives infinity or NaN, there is nothing to compare.
    private static int CheckScales(
        OnnxRunner runner, HashSet<string> known, ExportTracing tracing, ValueProbes probing,
        IReadOnlyDictionary<string, long> sizes, List<string> warnings, OnnxExportOptions options)
    {
        var readsValues = tracing.Reads.Count > 0;
        var comparable = tracing.Probes.Where(
            static probe => !probe.Scale.IsEven && probe.Run.Outputs.All(ParityCheck.IsFinite)).ToList();
        foreach (var probe in comparable)
        {
            var parity = new ParityCheck.Case(
                $"{Describe(sizes)} for {probe.Scale.Name}", probe.Inputs, probe.Run.Outputs)
            {
                Sensitivity = () => probing.Sensitivity(sizes, probe),
            };
            try
            {
                ParityCheck.Run(runner, [parity], known, options.ParityTolerance);
            }
            catch (OnnxExportException difference) when (readsValues)
            {
                warnings.Add($"export: {difference.Message}");
            }
        }

        return comparable.Count;
    }

    // Sizes of 1 broadcast, so they are never traced, but must run: where torch runs them, they are compared as well.
    // An axis whose sizes the caller named keeps to these.
    private static ParityCheck.Case? SizeOneCase(
        ExampleInputs inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward,
        IReadOnlyDictionary<string, IReadOnlyList<long>> named)
    {
        var sizes = inputs.Symbols.ToDictionary(
            static symbol => symbol.Key, symbol => named.TryGetValue(symbol.Key, out var given) ? given[0] : 1);
        if (!sizes.ContainsValue(1))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var values = inputs.Make(sizes, seed: 1);
        try
        {
            return new ParityCheck.Case(
                Describe(sizes), [.. values.Select((value, i) => TorchTensorReader.Read(value, inputs.Names[i]))],
                [.. forward(values).Select(static (output, i) => TorchTensorReader.Read(output, $"output_{i}"))]);
        }
        catch (Exception refusal) when (refusal is not OutOfMemoryException)
        {
            // The module refuses this size, as pooling does with an image of one pixel: there is nothing to compare.
            return null;
        }
    }

    private static IReadOnlyList<string> InputNames(int count, OnnxExportOptions options)
    {
        var names = options.InputNames
            ?? (count == 1 ? ["input"] : [.. Enumerable.Range(0, count).Select(static i => $"input_{i}")]);
        return names.Count == count && names.Distinct().Count() == count
            ? names
            : throw new ArgumentException(
                $"export: expected {count} different input names, got {string.Join(", ", names)}", nameof(options));
    }

    private static IReadOnlyList<string> OutputNames(IReadOnlyList<string?> given, OnnxExportOptions options)
    {
        var names = options.OutputNames
            ?? [.. given.Select((name, i) => name ?? (given.Count == 1 ? "output" : $"output_{i}"))];
        return names.Count == given.Count && names.Distinct().Count() == names.Count
            ? names
            : throw new ArgumentException(
                $"export: forward gives {given.Count} tensors, expected as many different output names, got "
                + string.Join(", ", names), nameof(options));
    }

    private static string Describe(IReadOnlyDictionary<string, long> sizes) => sizes.Count == 0
        ? ""
        : $" at {string.Join(", ", sizes.Select(static pair => $"{pair.Key} {pair.Value}"))}";
}

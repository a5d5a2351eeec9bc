using MaaS.Training.Export.Lowering;

namespace MaaS.Training.Export;

/// <summary>How a module is exported. The defaults fit a module whose inputs carry the batch on axis 0.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>Names of the inputs; default <c>input</c>, or <c>input_0</c>, <c>input_1</c>, …</summary>
    public IReadOnlyList<string>? InputNames { get; init; }

    /// <summary>Names of the outputs; default a dictionary's keys, or <c>output</c>, or <c>output_0</c>, …</summary>
    public IReadOnlyList<string>? OutputNames { get; init; }

    /// <summary>Axes whose size is chosen at run time. Default: axis 0 of every input is <c>batch</c>. An empty
    /// collection fixes all sizes to those of the example.</summary>
    public DynamicAxes? DynamicAxes { get; init; }

    /// <summary>Sizes (at least 2) to trace a dynamic axis at, where the module does not run at those that the exporter
    /// picks near the example's: at least two for each name, better three. Parity is then checked at these alone, and
    /// not at 1.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> TraceSizes { get; init; } =
        new Dictionary<string, IReadOnlyList<long>>();

    /// <summary>The version of ONNX's operators, 17 or 18. Default: 17, or 18 where an operator has no form in
    /// 17.</summary>
    public int? Opset { get; init; }

    /// <summary>Whether ONNX Runtime's outputs are compared with torch's before the model is returned.</summary>
    public bool CheckParity { get; init; } = true;

    /// <summary>How far an output may be from torch's: absolute up to magnitude 1, relative to the largest value
    /// beyond.</summary>
    public double ParityTolerance { get; init; } = 1e-4;

    /// <summary>Whether a forward that reads values of tensors (<c>item</c>, <c>ToBoolean</c>, printing) is exported
    /// all the same, with what it read for the example as a constant. Only right where it reads the same for every
    /// input; a warning then stands in <see cref="OnnxExportResult.Warnings"/> and in the model's metadata. Default: it
    /// is refused.</summary>
    public bool AllowValueReads { get; init; }

    /// <summary>Called with each warning. Default: the standard error stream.</summary>
    public Action<string> OnWarning { get; init; } = static warning => Console.Error.WriteLine($"warning: {warning}");

    /// <summary>Whether constants are folded, batch norms folded into convolutions and dead nodes removed.</summary>
    public bool Optimize { get; init; } = true;

    /// <summary>The name of the graph; default the module's class.</summary>
    public string? GraphName { get; init; }

    /// <summary>Metadata written into the model: labels, licence, preprocessing.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>How ATen operators are written in ONNX; extend <see cref="LoweringRegistry.Default"/> for your
    /// own.</summary>
    public LoweringRegistry Lowerings { get; init; } = LoweringRegistry.Default;
}

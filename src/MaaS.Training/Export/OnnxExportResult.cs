using MaaS.Onnx;


namespace MaaS.Training.Export;

/// <summary>An exported model and how well it reproduces the module.</summary>
/// <param name="Model">The model, checked and optimized.</param>
/// <param name="ParityMaxAbs">The largest difference between an output of ONNX Runtime and of torch on inputs like the
/// example; NaN where the check was turned off.</param>
/// <param name="ParityRuns">At how many sets of sizes and values the outputs were compared.</param>
public sealed record OnnxExportResult(OnnxModel Model, double ParityMaxAbs, int ParityRuns)
{
    /// <summary>What the caller allowed and must know of: values that forward read and that the model holds as
    /// constants, and sizes beyond which the numbers in the graph were not checked, where forward does not run without
    /// values.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

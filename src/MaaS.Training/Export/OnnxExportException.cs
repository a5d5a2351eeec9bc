using MaaS.Training.Tracing;

namespace MaaS.Training.Export;

/// <summary>A module that cannot be exported as it is: an operator without a lowering, a size that cannot be expressed
/// in the dynamic axes, or outputs that ONNX Runtime does not reproduce.</summary>
public sealed class OnnxExportException : Exception
{
    /// <summary>An error without further detail.</summary>
    public OnnxExportException() { }

    /// <summary>An error with its message.</summary>
    public OnnxExportException(string message) : base(message) { }

    /// <summary>An error with its message and cause.</summary>
    public OnnxExportException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>An error at an operator.</summary>
    public OnnxExportException(
        string message, string? operatorName, string? modulePath, Exception? innerException = null)
        : base($"export: {operatorName} in {TracingException.Place(modulePath)}: {message}", innerException)
    {
        OperatorName = operatorName;
        ModulePath = modulePath;
    }

    /// <summary>An error of the tracer.</summary>
    internal OnnxExportException(TracingException error)
        : base(
            error.OperatorName is { } name
                ? $"export: {name} in {TracingException.Place(error.ModulePath)}: {error.Reason}"
                : $"export: {error.Reason}",
            error)
    {
        OperatorName = error.OperatorName;
        ModulePath = error.ModulePath;
    }

    /// <summary>The ATen operator, such as <c>aten::relu</c>, where one is to blame.</summary>
    public string? OperatorName { get; }

    /// <summary>The path of the submodule that ran it, such as <c>encoder.layers.0</c>; empty for the module
    /// itself.</summary>
    public string? ModulePath { get; }

    /// <summary>The least opset in which the operator can be exported, where a newer one is all that is
    /// missing.</summary>
    internal int? NeededOpset { get; init; }

    /// <summary>Whether tracing at more sizes could express a number that could not be.</summary>
    internal bool NeedsMoreSizes { get; init; }
}

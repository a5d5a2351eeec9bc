namespace MaaS.Training.Tracing;

/// <summary>A forward function cannot be recorded: the libtorch in the process is not one that MaaS knows, the module
/// holds weights that it did not register, or runs that should be the same differ.</summary>
public sealed class TracingException : Exception
{
    /// <summary>An error without further detail.</summary>
    public TracingException()
    {
    }

    /// <summary>An error with its reason.</summary>
    public TracingException(string reason)
        : base($"tracing: {reason}") => Reason = reason;

    /// <summary>An error with its reason and cause.</summary>
    public TracingException(string reason, Exception? innerException)
        : base($"tracing: {reason}", innerException) => Reason = reason;

    /// <summary>An error at an operator.</summary>
    public TracingException(string reason, string operatorName, string modulePath)
        : base($"tracing: {operatorName} in {Place(modulePath)}: {reason}") =>
        (Reason, OperatorName, ModulePath) = (reason, operatorName, modulePath);

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; } = "the forward function cannot be recorded";

    /// <summary>The ATen operator, such as <c>aten::relu</c>, where one is to blame.</summary>
    public string? OperatorName { get; }

    /// <summary>The path of the submodule that ran it, such as <c>encoder.layers.0</c>; empty for the module
    /// itself.</summary>
    public string? ModulePath { get; }

    /// <summary>A submodule's path in words.</summary>
    internal static string Place(string? modulePath) =>
        string.IsNullOrEmpty(modulePath) ? "the module's own forward" : $"module '{modulePath}'";
}

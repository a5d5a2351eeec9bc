using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Models;

/// <summary>Why a version could not be loaded.</summary>
/// <param name="Cause">What was thrown; for the log.</param>
/// <param name="Fingerprint">Of the content that failed: another content is tried at once.</param>
/// <param name="Attempts">How often it failed in a row.</param>
/// <param name="RetryAt">Timestamp from which the same content is tried again.</param>
internal sealed record ModelFault(Exception Cause, string Fingerprint, int Attempts, long RetryAt)
{
    /// <summary>gRPC's name of the kind of failure.</summary>
    public string Code => CodeOf(Cause);

    /// <summary>gRPC's name of the kind of a failure.</summary>
    public static string CodeOf(Exception cause) => cause switch
    {
        MemoryLimitException or OutOfMemoryException => "RESOURCE_EXHAUSTED",
        InferenceException or InvalidDataException => "INVALID_ARGUMENT",
        FileNotFoundException or DirectoryNotFoundException => "NOT_FOUND",
        UnauthorizedAccessException => "PERMISSION_DENIED",
        RequestException => "FAILED_PRECONDITION",
        _ => "INTERNAL",
    };
}

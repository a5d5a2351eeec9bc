using System.Globalization;
using System.Text.Json;
using MaaS.Onnx.Inference;

namespace MaaS.Serving.Faults;

/// <summary>What a client is told of an exception. Every protocol maps through here; causes stay in the log.</summary>
/// <param name="Kind">Why, in terms of no protocol.</param>
/// <param name="Message">For the client: what was expected and what came, never a path or a stack trace.</param>
/// <param name="RetryAfter">When a new try may succeed; null where none will.</param>
internal readonly record struct Failure(FaultKind Kind, string Message, TimeSpan? RetryAfter = null)
{
    /// <summary>Name of the header, in gRPC of the trailing metadata, with <see cref="RetryAfterSeconds"/>.</summary>
    public const string RetryAfterHeader = "retry-after";

    /// <summary>The member of the request that is at fault; null where none is.</summary>
    public string? Parameter { get; init; }

    /// <summary>A name of the fault for programs; null for none.</summary>
    public string? Code { get; init; }

    /// <summary><see cref="RetryAfter"/> in whole seconds, at least 1, as every protocol sends it; null where no new
    /// try will succeed.</summary>
    public string? RetryAfterSeconds => RetryAfter is { } wait
        ? Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>Whether the server is at fault, so that the log must tell.</summary>
    public bool IsOurs => Kind == FaultKind.Internal;

    public static Failure Of(Exception exception) => exception switch
    {
        RequestException e => new(e.Kind, e.Message, e.RetryAfter) { Parameter = e.Parameter, Code = e.Code },
        QueueFullException e => new(FaultKind.ResourceExhausted, e.Message, e.RetryAfter),
        DeadlineExceededException e => new(FaultKind.DeadlineExceeded, e.Message),
        ModelInputException e => new(FaultKind.InvalidArgument, e.Message),
        JsonException e => new(
            FaultKind.InvalidArgument,
            $"expected JSON, got an error in line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}"),
        InferenceException { IsInputRejected: true } => new(
            FaultKind.InvalidArgument,
            "expected inputs that the model can compute with, it refused their values; the server's log has the cause"),
        InferenceException
            => new(FaultKind.Internal, "the model failed on this request; the server's log has the cause"),
        ObjectDisposedException => new(FaultKind.Unavailable, "the server is stopping"),
        _ => new(FaultKind.Internal, "the server failed on this request; its log has the cause"),
    };
}

using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Http;

/// <summary>The one place where faults become statuses of HTTP, and Kestrel's own exceptions become faults.</summary>
internal static class HttpStatus
{
    /// <summary>The status that a kind of fault is answered with.</summary>
    public static int Of(FaultKind kind) => (int)kind;

    /// <summary>What a client is told of an exception, Kestrel's own among them.</summary>
    public static Failure FailureOf(Exception exception)
        => exception is BadHttpRequestException e ? new Failure(KindOf(e), e.Message) : Failure.Of(exception);

    /// <summary>What Kestrel refused while a body was read.</summary>
    public static FaultKind KindOf(BadHttpRequestException exception) => exception.StatusCode switch
    {
        StatusCodes.Status408RequestTimeout => FaultKind.RequestTimeout,
        StatusCodes.Status413PayloadTooLarge => FaultKind.TooLarge,
        StatusCodes.Status415UnsupportedMediaType => FaultKind.UnsupportedEncoding,
        < StatusCodes.Status500InternalServerError => FaultKind.InvalidArgument,
        _ => FaultKind.Internal,
    };
}

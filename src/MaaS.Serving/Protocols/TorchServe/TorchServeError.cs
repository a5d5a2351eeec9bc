using System.Globalization;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Protocols.TorchServe;

/// <summary>Failures in TorchServe's form.</summary>
internal static class TorchServeError
{
    /// <summary>For the endpoints' metadata.</summary>
    public static ErrorForm Form { get; } = new(WriteAsync);

    /// <summary>Answers <c>{"code", "type", "message"}</c>.</summary>
    public static Task WriteAsync(HttpContext context, Failure failure) => JsonAnswer.WriteAsync(
        context,
        writer =>
        {
            writer.WriteNumber("code"u8, HttpStatus.Of(failure.Kind));
            writer.WriteString("type"u8, TypeOf(failure.Kind));
            writer.WriteString("message"u8, failure.Message);
        },
        HttpStatus.Of(failure.Kind));

    /// <summary>A version as an address has it; TorchServe's own look like 1.0, so a trailing .0 is taken.</summary>
    /// <exception cref="RequestException">404: it is no version. 400: it is one of more than 63 bits.</exception>
    public static long Version(string name, string version)
    {
        var digits = version.EndsWith(".0", StringComparison.Ordinal) ? version[..^2] : version;
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : digits.Length > 0 && digits.All(char.IsAsciiDigit)
                ? throw RequestException.BadRequest(
                    $"model '{name}': expected a version of at most 63 bits, got '{version}'")
                : throw RequestException.NotFound($"model '{name}': expected a version as 1, got '{version}'");
    }

    /// <summary>TorchServe's clients take a model that was unregistered for one that never was.</summary>
    /// <exception cref="RequestException">404: the model was unloaded as a whole.</exception>
    public static void ThrowIfUnregistered(ModelRepository models, string name)
    {
        if (models.IsUnloaded(name))
        {
            throw RequestException.NotFound(
                $"model '{name}': expected a registered model, it was unregistered; POST /models?model_name={name} "
                    + "registers it again");
        }
    }

    private static string TypeOf(FaultKind kind) => kind switch
    {
        FaultKind.PermissionDenied or FaultKind.Unauthenticated => "InvalidKeyException",
        FaultKind.NotFound => "ModelNotFoundException",
        FaultKind.Conflict => "ConflictStatusException",
        FaultKind.TooLarge => "RequestEntityTooLargeException",
        FaultKind.ResourceExhausted or FaultKind.Unavailable => "ServiceUnavailableException",
        FaultKind.Internal or FaultKind.DeadlineExceeded => "InternalServerException",
        _ => "BadRequestException",
    };
}

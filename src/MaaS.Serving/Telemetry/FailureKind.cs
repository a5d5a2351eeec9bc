using System.Globalization;
using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Telemetry;

/// <summary>Kinds of failures in metrics and on the page: few, so that a client cannot fill the memory of whoever counts.</summary>
internal static class FailureKind
{
    public static string Of(Exception exception) => exception switch
    {
        QueueFullException => "queue_full",
        DeadlineExceededException => "deadline",
        OperationCanceledException => "cancelled",
        ModelInputException or InferenceException { IsInputRejected: true } => "input",
        InferenceException => "model",
        RequestException e => HttpStatus.Of(e.Kind).ToString(CultureInfo.InvariantCulture),
        BadHttpRequestException e => e.StatusCode.ToString(CultureInfo.InvariantCulture),
        JsonException => "400",
        _ => "server",
    };
}

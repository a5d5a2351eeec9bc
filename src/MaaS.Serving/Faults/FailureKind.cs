using System.Globalization;
using System.Text.Json;
using MaaS.Onnx.Inference;
using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Faults;

/// <summary>
/// Kinds of failures in metrics and on the page: few, so that a client cannot fill the memory of whoever counts.
/// </summary>
internal static class FailureKind
{
    public static string Of(Exception exception) => exception switch
    {
        QueueFullException => "queue_full",
        DeadlineExceededException => "deadline",
        OperationCanceledException => "cancelled",
        ModelInputException or InferenceException { IsInputRejected: true } => "input",
        InferenceException => "model",
        RequestException e => ((int)e.Kind).ToString(CultureInfo.InvariantCulture),
        BadHttpRequestException e => e.StatusCode.ToString(CultureInfo.InvariantCulture),
        JsonException => "400",
        _ => "server",
    };
}

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Requests;

/// <summary>Reads which model a call over gRPC is about, out of the first bytes of its first message, which stay where
/// they are.</summary>
internal static class GrpcTarget
{
    // Names and versions come first in a message; where they do not, any server is asked.
    private const int MostBytes = 16 << 10, FrameHead = 5;

    private const string Inference = "/inference.GRPCInferenceService/", TensorFlow = "/tensorflow.serving.";

    private static readonly string[] Changing =
    [
        "/HandleReloadConfigRequest", "/RepositoryModelLoad", "/RepositoryModelUnload", "/LogSettings", "/TraceSetting",
        "/SystemSharedMemoryRegister", "/SystemSharedMemoryUnregister", "/CudaSharedMemoryRegister",
        "/CudaSharedMemoryUnregister",
    ];

    // As servers do, without regard to case.
    public static async Task<RequestTarget> OfAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var path = request.Path.Value!;
        var (inference, tensorFlow) = (Begins(Inference), Begins(TensorFlow));
        if (Array.Exists(Changing, Ends))
        {
            return new RequestTarget(RequestKind.Administration);
        }

        if (!inference && !tensorFlow)
        {
            return new RequestTarget(RequestKind.Passage);   // Health, whose Watch goes on, and reflection.
        }

        var kind = Ends("/ModelStreamInfer") ? RequestKind.Passage : RequestKind.Answer;
        var named = Begins(Inference + "Model");
        if (!named && !tensorFlow)
        {
            return new RequestTarget(kind);
        }

        var first = await PeekAsync(request, cancellationToken).ConfigureAwait(false);
        var (model, version) = named ? Named(first)
            : Ends("/MultiInference") ? SpecifiedByTask(first) : Specified(first);
        return new RequestTarget(kind, model, version);

        bool Begins(string start) => path.StartsWith(start, StringComparison.OrdinalIgnoreCase);

        bool Ends(string end) => path.EndsWith(end, StringComparison.OrdinalIgnoreCase);
    }

    // ModelInferRequest and its like: name = 1, version = 2.
    private static (string? Model, string? Version) Named(ReadOnlySpan<byte> message)
    {
        string? model = null, version = null;
        while (Field(ref message, out var number, out var content) && number <= 2)
        {
            if (number == 1)
            {
                model = Text(content);
            }
            else
            {
                version = Text(content);
            }
        }

        return (model, version);
    }

    // MultiInferenceRequest: tasks = 1, each with the model_spec = 1 of one and the same model.
    private static (string? Model, string? Version) SpecifiedByTask(ReadOnlySpan<byte> message)
        => Field(ref message, out var number, out var task) && number == 1 ? Specified(task) : (null, null);

    // PredictRequest and its like: model_spec = 1, of name = 1 and version = 2, an Int64Value.
    private static (string? Model, string? Version) Specified(ReadOnlySpan<byte> message)
    {
        string? model = null, version = null;
        if (!Field(ref message, out var first, out var spec) || first != 1)
        {
            return (null, null);
        }

        while (Field(ref spec, out var number, out var content))
        {
            if (number == 1)
            {
                model = Text(content);
            }
            else if (number == 2 && content is [0x08, .. var value] && Number(ref value) is { } wrapped)
            {
                version = wrapped.ToString(CultureInfo.InvariantCulture);
            }
        }

        return (model, version);
    }

    // The beginning of the first message; less where it is shorter, compressed, or not there.
    private static async Task<byte[]> PeekAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (bytes, _) = await BodyStart.PeekAsync(
            request, MostBytes, cancellationToken,
            static start => FrameLength(start) is { } length && start.Length >= Math.Min(length, MostBytes))
            .ConfigureAwait(false);
        return FrameLength(new ReadOnlySequence<byte>(bytes)) is { } length && bytes[0] == 0
            ? bytes[FrameHead..(int)Math.Min(bytes.Length, length)] : [];
    }

    // The first message with its head; null where there is no head yet.
    private static long? FrameLength(ReadOnlySequence<byte> start)
    {
        Span<byte> head = stackalloc byte[FrameHead];
        if (start.Length < FrameHead)
        {
            return null;
        }

        start.Slice(0, FrameHead).CopyTo(head);
        return FrameHead + (long)BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
    }

    // A field with a length; others end the reading, because none of them comes before what is looked for.
    private static bool Field(ref ReadOnlySpan<byte> bytes, out ulong number, out ReadOnlySpan<byte> content)
    {
        number = 0;
        content = default;
        if (Number(ref bytes) is not { } key || (key & 7) != 2 || Number(ref bytes) is not { } length
            || length > (ulong)bytes.Length)
        {
            return false;
        }

        number = key >> 3;
        content = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return true;
    }

    private static ulong? Number(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < Math.Min(10, bytes.Length); i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        return null;
    }

    private static string? Text(ReadOnlySpan<byte> content)
        => content.IsEmpty ? null : Encoding.UTF8.GetString(content);
}

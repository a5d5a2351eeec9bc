using MaaS.Fuzzing.Engine;
using MaaS.Serving.Protocols.Forms;
using MaaS.Serving.Protocols.Images;
using MaaS.Serving.Protocols.OpenInference;
using MaaS.Serving.Protocols.Predict;
using MaaS.Serving.Protocols.TorchServe;
using Microsoft.AspNetCore.Http;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>TorchServe's bodies: a sample, or a form that holds one. The first byte chooses the content type and the
/// model.</summary>
internal sealed class TorchServeHarness : IFuzzHarness
{
    private const long Limit = 1 << 20;

    private static readonly string?[] Types = [
        null, "application/json", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded",
    ];

    private readonly ImageFiles _images = new([]);

    public string Name => "torchserve";

    public IReadOnlyList<string> Words { get; } =
    [
        "--b\r\n", "--b--\r\n", "Content-Disposition: form-data; name=\"data\"; filename=\"a\"\r\n",
        "Content-Type: application/json\r\n", "\r\n\r\n", "P5", "P6",
        " 4 4 255\n", "#\n", "data=", "&", "%41", "+", "{\"instances\":[[1,2,3,4]]}", "\x89PNG\r\n\x1a\n",
        "\xff\xd8\xff",
    ];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        [0, .. new byte[16]],
        [4, .. "P5\n# by hand\n4 4\n255\n0123456789abcdef"u8],
        [4, .. "P6 2 2 15 0123456789ab"u8],
        [1, .. "{\"instances\":[[1,2,3,4]]}"u8],
        [2, .. "--b\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a\"\r\nContent-Type: application/json\r\n\r\n{\"instances\":[[1,2,3,4]]}\r\n--b--\r\n"u8],
        [6, .. "--b\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a.pgm\"\r\n\r\nP5 4 4 255\n0123456789abcdef\r\n--b--\r\n"u8],
        [3, .. "data=0123456789abcdef"u8],
    ];

    public bool IsDocumented(Exception exception)
        => ServedInputs.IsRefusal(exception) || exception is BadHttpRequestException; // Answered with its own 4xx.

    public void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.ContentType = Types[input[0] % Types.Length];
        context.Request.Body = new MemoryStream(input, 1, input.Length - 1);
        var model = (input[0] & 4) != 0 ? ServedInputs.Image : ServedInputs.One;
        using var body = Wait(RawBody.ReadAsync(context, Limit));
        using var tensors = ServedInputs.TensorsOf(model);
        if (body.IsJson)
        {
            RequestObject.Read(body.Json(), new PredictForms(model, tensors, _images));
        }
        else if (!_images.TryRead(body.Bytes, model, tensors))
        {
            RawRequest.Read(body.Bytes, tensors);
        }

        TensorRoundTrip.Binary(tensors);
    }

    /// <summary>The body is in memory, so that nothing waits.</summary>
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}

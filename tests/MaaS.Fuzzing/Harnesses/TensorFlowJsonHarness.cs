using System.Text;
using System.Text.Unicode;
using MaaS.Fuzzing.Engine;
using MaaS.Serving.Json;
using MaaS.Serving.Protocols.Forms;
using MaaS.Serving.Protocols.Images;
using MaaS.Serving.Protocols.Predict;
using MaaS.Serving.Protocols.TensorFlow;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>TensorFlow Serving's bodies and those of /predict. The first byte chooses the model and the form.</summary>
internal sealed class TensorFlowJsonHarness : IFuzzHarness
{
    private readonly ImageFiles _images = new([]);

    public string Name => "tensorflow-json";

    public IReadOnlyList<string> Words { get; } =
    [
        "\"instances\"", "\"inputs\"", "\"images\"", "\"image\"", "\"input_data\"", "\"data\"", "\"signature_name\"",
        "\"serving_default\"", "\"examples\"",
        "\"context\"", "\"x\"", "\"n\"", "\"t\"", "\"b\"", "\"b64\"", "{", "}", "[", "]", ":", ",", "true", "NaN",
        "null", "\"UDUgMSAxIDI1NQoA\"", "1e39",
    ];

    public IReadOnlyList<byte[]> Seeds() =>
    [
        Body(0, """{"signature_name":"serving_default","instances":[[1,-2.5e1,3,4],[5,6,7,8]]}"""),
        Body(0, """{"inputs":[[1,2,3,4]]}"""),
        Body(0, """{"input_data":{"columns":["a"],"data":[[1,2,3,4]]}}"""),
        Body(
            1,
            """{"instances":[{"x":[1,2,3,4],"n":1,"t":"a","b":[true,false]},{"x":[1,2,3,4],"n":-7,"t":{"b64":"w6Q="},"b":[true,true]}]}"""),
        Body(
            1,
            """{"inputs":{"x":[[1,2,3,4]],"n":[1],"t":["a"],"b":[[true,false]],"u":[[1]],"d":0.5,"s":[[1,2,3],[4,5,6]]}}"""),
        Body(2, """{"images":[[[0,255,1,2],[3,4,5,6],[7,8,9,10],[11,12,13,NaN]]]}"""),
        Body(2, """{"image":{"b64":"UDUgNCA0IDI1NQoAAQIDBAUGBwgJCgsMDQ4P"}}"""),
        Body(3, """{"examples":[{"x":[1,2,3,4]},{"x":[5,6,7,8]}]}"""),
        Body(
            4,
            """{"context":{"n":2},"examples":[{"x":[1,2,3,4],"t":"a"},{"x":[5,6,7,8],"t":"b"}],"signature_name":""}"""),
    ];

    public bool IsDocumented(Exception exception) => ServedInputs.IsRefusal(exception);

    public void Run(byte[] input)
    {
        if (input.Length == 0 || !Utf8.IsValid(input.AsSpan(1)))
        {
            return; // Bodies are checked before they are read.
        }

        ReadOnlySpan<byte> json = input.AsSpan(1);
        json = NonFinite.Quote(json) is { IsEmpty: false } quoted ? quoted : json;
        var choice = input[0] % 5;
        var model = choice switch { 0 or 3 => ServedInputs.One, 2 => ServedInputs.Image, _ => ServedInputs.Many };
        using var tensors = ServedInputs.TensorsOf(model);
        if (choice >= 3)
        {
            ExamplesRequest.Read(json, tensors);
        }
        else
        {
            IRequestForms forms = (input[0] & 0x80) == 0
                ? new PredictForms(model, tensors, _images) : new TensorFlowRequest(tensors);
            RequestObject.Read(json, forms);
        }

        TensorRoundTrip.Binary(tensors);
    }

    private static byte[] Body(byte choice, string json) => [choice, .. Encoding.UTF8.GetBytes(json)];
}

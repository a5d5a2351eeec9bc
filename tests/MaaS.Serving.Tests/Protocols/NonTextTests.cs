using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Tests.Security;

namespace MaaS.Serving.Tests.Protocols;

/// <summary>Strings that are no UTF-8: whole as bytes, and in JSON as the server's options say.</summary>
public sealed class NonTextTests
{
    private static readonly byte[] Bytes = [0xFF, 0, 0x61, 0xC3];

    [TestCase(NonTextBytes.Error)]
    [TestCase(NonTextBytes.Base64)]
    public async Task Bytes_ThatAreNoText_TravelAsBytesAndInJsonAsTheOptionsSay(NonTextBytes option)
    {
        using var models = new ModelsFolder().Add("mixed");
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.GrpcUrl, o.NonTextBytes) = (models.Path, "http://127.0.0.1:0", option));
        byte[] element = [4, 0, 0, 0, .. Bytes];

        // gRPC, typed and raw.
        foreach (var isRaw in new[] { false, true })
        {
            var (status, message, answers) = await server.Client.CallAsync(
                server.GrpcAddress, GrpcCalls.Service + "ModelInfer", [Request(isRaw, element)]);
            Assert.That(status, Is.Zero, message);
            Assert.That(
                ModelInferResponse.Parser.ParseFrom(answers[0]).RawOutputContents[0].ToByteArray(),
                Is.EqualTo(element));
        }

        // REST, bytes in and out.
        const string Others = """{"name":"numbers","datatype":"INT64","shape":[1],"data":[5]},{"name":"flags","datatype":"BOOL","shape":[1],"data":[true]}""";
        var json = Encoding.UTF8.GetBytes($$$"""
            {"inputs":[{"name":"words","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":8}},{{{Others}}}],
             "outputs":[{"name":"echo","parameters":{"binary_data":true}}]}
            """);
        using var content = new ByteArrayContent([.. json, .. element])
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
        };
        content.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
        using var response = await server.Client.PostAsync(
            new Uri("/v2/models/mixed/infer", UriKind.Relative), content);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
        Assert.That((await response.Content.ReadAsByteArrayAsync())[^8..], Is.EqualTo(element));

        // JSON in and out.
        var text = $$"""
            {"inputs":[{"name":"words","datatype":"BYTES","shape":[1],"data":[{"b64":"{{Convert.ToBase64String(Bytes)}}"}]},{{Others}}],"outputs":[{"name":"echo"}]}
            """;
        if (option == NonTextBytes.Error)
        {
            Assert.That(
                await server.ErrorAsync("/v2/models/mixed/infer", text, HttpStatusCode.UnprocessableEntity),
                Does.Contain("binary tensors"));
        }
        else
        {
            var data = (await server.PostAsync("/v2/models/mixed/infer", text)).GetProperty("outputs")[0].GetProperty("data")[0];
            Assert.That(data.GetProperty("b64").GetBytesFromBase64(), Is.EqualTo(Bytes));
        }
    }

    private static ModelInferRequest Request(bool isRaw, byte[] element)
    {
        var request = new ModelInferRequest
        {
            ModelName = "mixed",
            Inputs =
            {
                Input("words", "BYTES", new InferTensorContents { BytesContents = { ByteString.CopyFrom(Bytes) } }),
                Input("numbers", "INT64", new InferTensorContents { Int64Contents = { 5 } }),
                Input("flags", "BOOL", new InferTensorContents { BoolContents = { true } }),
            },
            Outputs = { new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "echo" } },
        };
        if (isRaw)
        {
            foreach (var input in request.Inputs)
            {
                input.Contents = null;
            }

            request.RawInputContents.AddRange(
                [ByteString.CopyFrom(element), ByteString.CopyFrom(5, 0, 0, 0, 0, 0, 0, 0), ByteString.CopyFrom(1)]);
        }

        return request;
    }

    private static ModelInferRequest.Types.InferInputTensor Input(
        string name, string type, InferTensorContents contents)
        => new() { Name = name, Datatype = type, Shape = { 1 }, Contents = contents };
}

using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Serving.Tests.Protocols.TensorFlow;

/// <summary>A serialized PredictRequest as the body of <c>:predict</c>.</summary>
public sealed class TensorFlowMessageTests : ServerFixture
{
    [TestCase("application/x-protobuf")]
    [TestCase("application/protobuf")]
    public async Task Predict_Message_IsAnsweredInKind(string type)
    {
        var (status, answerType, body) = await PostAsync(
            "/v1/models/linear:predict", Request(new ModelSpec { Name = "linear" }).ToByteArray(), type);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), System.Text.Encoding.UTF8.GetString(body));
        Assert.That(answerType, Is.EqualTo("application/x-protobuf"));
        var answer = PredictResponse.Parser.ParseFrom(body);
        Assert.That(
            answer.Outputs["y"].FloatVal,
            Is.EqualTo(Flatten(Linear.GetProperty("y")).Select(v => (float)v)).Within(1e-5f));
        Assert.That(answer.ModelSpec.Version, Is.EqualTo(1));
    }

    [Test]
    public async Task Predict_VersionOfTheMessage_Counts()
    {
        var request = new PredictRequest
        {
            ModelSpec = new ModelSpec { Version = 1 },
            Inputs = { ["image"] = new TensorProto { Dtype = DataType.DtFloat, TensorShape = Shape(1, 1, 28, 28) } },
        };

        var (status, _, body) = await PostAsync("/v1/models/registered:predict", request.ToByteArray());

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), System.Text.Encoding.UTF8.GetString(body));
        Assert.That(PredictResponse.Parser.ParseFrom(body).ModelSpec.Version, Is.EqualTo(1));
    }

    [TestCase("/v1/models/linear:predict", "scale")]
    [TestCase("/v1/models/linear/versions/1:predict", "linear", 2)]
    public async Task Predict_OtherModelThanTheAddress_IsRefused(string path, string name, long? version = null)
    {
        var spec = new ModelSpec { Name = name };
        if (version is not null)
        {
            spec.Version = version;
        }

        var (status, type, body) = await PostAsync(path, Request(spec).ToByteArray());

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(type, Is.EqualTo("application/json"));
        Assert.That(System.Text.Encoding.UTF8.GetString(body), Does.Contain("address"));
    }

    [Test]
    public async Task Predict_OtherBytes_AreRefused()
    {
        var (status, _, body) = await PostAsync("/v1/models/linear:predict", [0xFF, 0xFF, 0xFF]);

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(System.Text.Encoding.UTF8.GetString(body), Does.Contain("PredictRequest"));
    }

    private static PredictRequest Request(ModelSpec spec) => new()
    {
        ModelSpec = spec,
        Inputs =
        {
            ["x"] = new TensorProto
            {
                Dtype = DataType.DtFloat,
                TensorShape = Shape(2, 4),
                FloatVal = { Flatten(Linear.GetProperty("x")).Select(v => (float)v) },
            },
        },
    };

    private static TensorShapeProto Shape(params long[] sizes)
        => new() { Dim = { sizes.Select(s => new TensorShapeProto.Types.Dim { Size = s }) } };

    private async Task<(HttpStatusCode Status, string? Type, byte[] Body)> PostAsync(
        string path, byte[] body, string type = "application/x-protobuf")
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        using var response = await Server.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        return (
            response.StatusCode, response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsByteArrayAsync());
    }
}

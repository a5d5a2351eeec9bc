using System.Buffers.Binary;
using MaaS.Gateway.Requests;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Tests.Requests;

internal sealed class GrpcTargetTests
{
    // Bytes as protoc writes them: field 1 "digits", field 2 "3".
    private const string Infer = "0a06646967697473" + "120133";

    // PredictRequest: model_spec = 1 of name = 1 "digits", version = 2 of value = 1: 300.
    private const string Predict = "0a0d" + "0a06646967697473" + "120308ac02";

    // MultiInferenceRequest: tasks = 1 of that model_spec.
    private const string Multi = "0a0f" + Predict;

    [TestCase("/inference.GRPCInferenceService/ModelInfer", Infer, "Answer", "digits", "3")]
    [TestCase("/inference.grpcinferenceservice/modelinfer", Infer, "Answer", "digits", "3")]
    [TestCase("/inference.GRPCInferenceService/ModelStreamInfer", Infer, "Passage", "digits", "3")]
    [TestCase("/inference.GRPCInferenceService/ServerReady", "", "Answer", null, null)]
    [TestCase("/tensorflow.serving.PredictionService/Predict", Predict, "Answer", "digits", "300")]
    [TestCase("/tensorflow.serving.PredictionService/MultiInference", Multi, "Answer", "digits", "300")]
    [TestCase("/grpc.health.v1.Health/Watch", "", "Passage", null, null)]
    [TestCase("/inference.GRPCInferenceService/RepositoryModelLoad", "", "Administration", null, null)]
    [TestCase("/INFERENCE.grpcinferenceservice/repositorymodelunload", "", "Administration", null, null)]
    [TestCase("/inference.GRPCInferenceService/SystemSharedMemoryRegister", "", "Administration", null, null)]
    [TestCase("/tensorflow.serving.ModelService/HandleReloadConfigRequest", "", "Administration", null, null)]
    [TestCase("/inference.GRPCInferenceService/RepositoryIndex", "", "Answer", null, null)]
    public async Task OfAsync_FirstMessage_NamesItsModel(
        string path, string message, string kind, string? model, string? version)
    {
        var request = Request(path, Convert.FromHexString(message));
        var target = await GrpcTarget.OfAsync(request, default);
        Assert.That(($"{target.Kind}", target.Model, target.Version), Is.EqualTo((kind, model, version)));
    }

    [TestCase("0a")]
    [TestCase("0aff")]
    [TestCase("ffffffffffffffffffffff")]
    [TestCase("0801")]
    public async Task OfAsync_BrokenMessage_NamesNothing(string message)
    {
        var target = await GrpcTarget.OfAsync(
            Request("/inference.GRPCInferenceService/ModelInfer", Convert.FromHexString(message)), default);
        Assert.That((target.Model, target.Version), Is.EqualTo(((string?)null, (string?)null)));
    }

    [Test]
    public async Task OfAsync_AfterIt_TheBodyIsStillThere()
    {
        var message = Convert.FromHexString(Infer);
        var request = Request("/inference.GRPCInferenceService/ModelInfer", message);
        await GrpcTarget.OfAsync(request, default);
        var read = await request.BodyReader.ReadAsync();
        Assert.That(read.Buffer.Length, Is.EqualTo(5 + message.Length));
    }

    private static HttpRequest Request(string path, byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, 5);
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path, request.Body) = ("POST", path, new MemoryStream(frame));
        return request;
    }
}

using MaaS.Gateway.Requests;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Tests.Requests;

internal sealed class RequestTargetTests
{
    [TestCase("POST", "/v1/models/m:predict", "Answer", "m", null)]
    [TestCase("POST", "/v1/models/m/versions/3:predict", "Answer", "m", "3")]
    [TestCase("POST", "/v1/models/m/labels/canary:predict", "Answer", "m", null)]
    [TestCase("GET", "/v1/models/m/versions/3/metadata", "Answer", "m", "3")]
    [TestCase("POST", "/v2/models/m/infer", "Answer", "m", null)]
    [TestCase("POST", "/v2/models/m/versions/12/infer", "Answer", "m", "12")]
    [TestCase("POST", "/v2/models/m/generate_stream", "Stream", "m", null)]
    [TestCase("POST", "/v2/models/m/versions/2/generate_stream", "Stream", "m", "2")]
    [TestCase("POST", "/v2/repository/index", "Answer", null, null)]
    [TestCase("POST", "/v2/repository/models/m/load", "Administration", null, null)]
    [TestCase("PUT", "/v2/repository/models/m/route", "Administration", null, null)]
    [TestCase("POST", "/v2/logging", "Administration", null, null)]
    [TestCase("GET", "/v2/repository/models/m/route", "Answer", null, null)]
    [TestCase("POST", "/predictions/m", "Answer", "m", null)]
    [TestCase("PUT", "/predictions/m/2", "Answer", "m", "2")]
    [TestCase("GET", "/models/m", "Answer", "m", null)]
    [TestCase("DELETE", "/models/m/2", "Administration", null, null)]
    [TestCase("POST", "/models", "Administration", null, null)]
    [TestCase("POST", "/V2/Repository/models/m/unload", "Administration", null, null)]
    [TestCase("DELETE", "/Models/m", "Administration", null, null)]
    [TestCase("POST", "/V1/Models/Mixed:Predict", "Answer", "Mixed", null)]
    [TestCase("GET", "/v2/models/stats", "Answer", null, null)]
    [TestCase("POST", "/predict", "Answer", null, null)]
    [TestCase("POST", "/v1/chat/completions", "Stream", null, null)]
    [TestCase("POST", "/V1/Completions", "Stream", null, null)]
    [TestCase("POST", "/v1/embeddings/", "Answer", null, null)]
    [TestCase("POST", "/v1/rerank", "Answer", null, null)]
    [TestCase("GET", "/v1/models/base:loud", "Answer", "base", null)]
    [TestCase("POST", "/something/else", "Passage", null, null)]
    [TestCase("GET", "/", "Answer", null, null)]
    public void Of_Address_IsWhatTheServersReadToo(
        string method, string path, string kind, string? model, string? version)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path) = (method, path);

        var target = RequestTarget.Of(request);
        Assert.That(
            ($"{target.Kind}", target.Model, target.Version), Is.EqualTo((kind, model, version)));
    }

    [Test]
    public void Of_PredictWithModel_IsThatModel()
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path, request.QueryString) = ("POST", "/predict", new QueryString("?model=m"));

        Assert.That(RequestTarget.Of(request).Model, Is.EqualTo("m"));
    }
}

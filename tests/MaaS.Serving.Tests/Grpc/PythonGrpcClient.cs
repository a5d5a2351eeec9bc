using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Serving.Tests.Grpc;

/// <summary>client.py as a process: gRPC as Google implements it.</summary>
internal sealed class PythonGrpcClient : IDisposable
{
    private readonly string _descriptors = Path.GetTempFileName();
    private readonly Process _process;

    public PythonGrpcClient(Uri server)
    {
        FileDescriptor[] files =
        [
            InferenceReflection.Descriptor, HealthReflection.Descriptor, AnyReflection.Descriptor,
            WrappersReflection.Descriptor,
            TensorflowReflection.Descriptor, TensorflowErrorReflection.Descriptor,
            TensorflowServingReflection.Descriptor,
        ];
        File.WriteAllLines(_descriptors, files.Select(d => d.SerializedData.ToBase64()));
        var start = new ProcessStartInfo(
            "/usr/bin/python3",
            [Path.Combine(TestContext.CurrentContext.TestDirectory, "Grpc", "client.py"), server.Authority,
             _descriptors])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["no_proxy"] = "*";
        _process = Process.Start(start)!;
    }

    /// <summary>Makes a call.</summary>
    /// <param name="method">As <c>ModelInfer</c>.</param>
    /// <param name="requests">Messages in protobuf's JSON.</param>
    /// <param name="configure">Sets timeout, gzip or metadata.</param>
    public JsonElement Call(string method, string[] requests, Action<JsonObject>? configure = null)
    {
        var step = new JsonObject
        {
            ["method"] = method,
            ["requests"] = new JsonArray([.. requests.Select(r => JsonNode.Parse(r))]),
        };
        configure?.Invoke(step);
        _process.StandardInput.WriteLine(step.ToJsonString());
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLine();
        Assert.That(answer, Is.Not.Null, "the Python client ended");
        return JsonDocument.Parse(answer!).RootElement;
    }

    /// <summary>Makes a call that must succeed and gives its only message.</summary>
    public JsonElement Ok(string method, string request, Action<JsonObject>? configure = null)
    {
        var answer = Call(method, [request], configure);
        Assert.That(answer.GetProperty("code").GetString(), Is.EqualTo("OK"), answer.GetRawText());
        return answer.GetProperty("responses")[0];
    }

    /// <summary>Makes a call that must fail and gives its message.</summary>
    public string Fails(string method, string request, string code, Action<JsonObject>? configure = null)
    {
        var answer = Call(method, [request], configure);
        Assert.That(answer.GetProperty("code").GetString(), Is.EqualTo(code), answer.GetRawText());
        return answer.GetProperty("message").GetString()!;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
        File.Delete(_descriptors);
    }
}

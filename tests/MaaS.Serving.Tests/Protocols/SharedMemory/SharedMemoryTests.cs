using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Tests.Security;

namespace MaaS.Serving.Tests.Protocols.SharedMemory;

/// <summary>Triton's system shared memory extension, over memory that the test made.</summary>
[Platform("Linux")]
public sealed class SharedMemoryTests
{
    private const string Root = "/v2/systemsharedmemory";

    private readonly string _key = $"/maas_test_{Guid.NewGuid():N}";
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    private string Memory => "/dev/shm" + _key;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("same");
        _server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.SharedMemory.Prefix, o.SharedMemory.MaxRegionsPerCaller, o.GrpcUrl) = (
                _models.Path, "/maas_test_", 2, "http://127.0.0.1:0"));
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [SetUp]
    public async Task CreateMemory()
    {
        await File.WriteAllBytesAsync(Memory, new byte[64]);
        await _server.PostTextAsync(
            $"{Root}/region/r/register", $$"""{"key": "{{_key}}", "offset": 16, "byte_size": 48}""");
    }

    [TearDown]
    public async Task DeleteMemory()
    {
        await _server.PostTextAsync($"{Root}/unregister", "");
        File.Delete(Memory);
    }

    [Test]
    public async Task Infer_InputAndOutputInMemory_AnswersThere()
    {
        var bytes = new byte[64];
        MemoryMarshal.AsBytes<float>([1.5f, -2]).CopyTo(bytes.AsSpan(24));
        await File.WriteAllBytesAsync(Memory, bytes);

        var answer = await _server.PostAsync(
            "/v2/models/same/infer", Request(inputOffset: 8, outputOffset: 32, outputSize: 16));

        var output = answer.GetProperty("outputs")[0];
        Assert.That(output.TryGetProperty("data", out _), Is.False);
        Assert.That(
            output.GetProperty("parameters").GetRawText(),
            Is.EqualTo("""{"shared_memory_region":"r","shared_memory_offset":32,"shared_memory_byte_size":8}"""));
        Assert.That(
            MemoryMarshal.Cast<byte, float>((await File.ReadAllBytesAsync(Memory)).AsSpan(48, 8)).ToArray(),
            Is.EqualTo(new[] { 1.5f, -2 }));
    }

    [Test]
    public async Task GrpcInfer_InputAndOutputInMemory_AnswersThere()
    {
        var bytes = new byte[64];
        MemoryMarshal.AsBytes<float>([1.5f, -2]).CopyTo(bytes.AsSpan(24));
        await File.WriteAllBytesAsync(Memory, bytes);

        var (status, message, answers) = await CallAsync("ModelInfer", GrpcRequest(inputOffset: 8, outputSize: 16));

        Assert.That(status, Is.Zero, message);
        var answer = ModelInferResponse.Parser.ParseFrom(answers[0]);
        Assert.That(answer.RawOutputContents.Single(), Is.Empty);
        Assert.That(
            answer.Outputs[0].Parameters.ToDictionary(p => p.Key, p => p.Value.ToString()),
            Is.EquivalentTo(new Dictionary<string, string>
            {
                ["shared_memory_region"] = """{ "stringParam": "r" }""",
                ["shared_memory_offset"] = """{ "int64Param": "32" }""",
                ["shared_memory_byte_size"] = """{ "int64Param": "8" }""",
            }));
        Assert.That(
            MemoryMarshal.Cast<byte, float>((await File.ReadAllBytesAsync(Memory)).AsSpan(48, 8)).ToArray(),
            Is.EqualTo(new[] { 1.5f, -2 }));
    }

    [TestCase(44, 16, "part of its 48 bytes")]
    [TestCase(8, 4, "at least 8")]
    public async Task GrpcInfer_PartThatDoesNotFit_IsInvalid(int inputOffset, int outputSize, string expected)
    {
        var (status, message, _) = await CallAsync("ModelInfer", GrpcRequest(inputOffset, outputSize));
        Assert.That(status, Is.EqualTo(3));
        Assert.That(message, Does.Contain(expected));
    }

    [Test]
    public async Task GrpcStatus_RegisterAndUnregister_FollowsThemAndSharesTheRegionsOfRest()
    {
        var register = new SystemSharedMemoryRegisterRequest { Name = "g", Key = _key, ByteSize = 8 };
        Assert.That((await CallAsync("SystemSharedMemoryRegister", register)).Status, Is.Zero);
        var (_, _, answers) = await CallAsync("SystemSharedMemoryStatus", new SystemSharedMemoryStatusRequest());
        var regions = SystemSharedMemoryStatusResponse.Parser.ParseFrom(answers[0]).Regions;
        Assert.That(
            regions.Values.Select(r => $"{r.Name} {r.Offset} {r.ByteSize}"),
            Is.EquivalentTo(new[] { "r 16 48", "g 0 8" }));

        register.Name = "one too many";
        var (status, message, _) = await CallAsync("SystemSharedMemoryRegister", register);
        Assert.That(
            (status, message),
            Is.EqualTo((8, "expected at most 2 regions of this caller, got one more; unregister some")));

        Assert.That(
            (await CallAsync(
                "SystemSharedMemoryUnregister", new SystemSharedMemoryUnregisterRequest { Name = "g" })).Status,
                Is.Zero);
        Assert.That(
            (await CallAsync("SystemSharedMemoryStatus", new SystemSharedMemoryStatusRequest { Name = "g" })).Status,
            Is.EqualTo(3));
    }

    [TestCase(44, 32, 16, "part of its 48 bytes")]
    [TestCase(8, 44, 8, "part of its 48 bytes")]
    [TestCase(8, 32, 4, "at least 8")]
    public async Task Infer_PartThatDoesNotFit_IsRefused(
        int inputOffset, int outputOffset, int outputSize, string expected)
        => Assert.That(
            await _server.ErrorAsync("/v2/models/same/infer", Request(inputOffset, outputOffset, outputSize)),
            Does.Contain(expected));

    [Test]
    public async Task Infer_MemoryCutShortByItsOwner_IsRefusedAndTheServerLives()
    {
        await using (var file = new FileStream(Memory, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(8);
        }

        Assert.That(await _server.ErrorAsync("/v2/models/same/infer", Request(8, 32, 16)), Does.Contain("cut short"));
        await _server.GetAsync("/v2/health/live");
    }

    [Test]
    public async Task Status_RegisterAndUnregister_FollowsThem()
    {
        Assert.That(
            (await _server.GetAsync($"{Root}/status")).GetRawText(),
            Is.EqualTo($$"""[{"name":"r","key":"{{_key}}","offset":16,"byte_size":48}]"""));
        await _server.GetAsync($"{Root}/region/r/status");
        Assert.That(
            await _server.ErrorAsync($"{Root}/region/r/register", $$"""{"key": "{{_key}}", "byte_size": 8}"""),
            Does.Contain("not registered"));
        await _server.PostTextAsync($"{Root}/region/r/unregister", "");
        Assert.That((await _server.GetAsync($"{Root}/status")).GetArrayLength(), Is.Zero);
        await _server.GetAsync($"{Root}/region/r/status", HttpStatusCode.BadRequest);
        Assert.That(await _server.ErrorAsync("/v2/models/same/infer", Request(8, 32, 16)), Does.Contain("'r'"));
    }

    [TestCase("/other", "begins with")]
    [TestCase("/maas_test_../../etc/passwd", "begins with")]
    [TestCase("/maas_test_none", "may read and write")]
    public async Task Register_MemoryThatIsNotOffered_IsRefused(string key, string expected)
        => Assert.That(
            await _server.ErrorAsync($"{Root}/region/x/register", JsonSerializer.Serialize(new { key, byte_size = 8 })),
            Does.Contain(expected));

    [Test]
    public async Task Register_Link_IsRefused()
    {
        var link = Memory + "_link";
        File.CreateSymbolicLink(link, Path.Combine(_models.Path, "same.onnx"));
        try
        {
            Assert.That(
                await _server.ErrorAsync($"{Root}/region/x/register", $$"""{"key": "{{_key}}_link", "byte_size": 8}"""),
                Does.Contain("link"));
        }
        finally
        {
            File.Delete(link);
        }
    }

    [Test]
    public async Task Register_ServerWithoutPrefix_TakesNone()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        await server.ErrorAsync($"{Root}/region/r/register", $$"""{"key": "{{_key}}", "byte_size": 8}""");
    }

    [Test]
    public async Task Settings_TraceAndLogs_AreAnswered()
    {
        Assert.That(
            (await _server.GetAsync("/v2/trace/setting")).GetProperty("trace_level")[0].GetString(), Is.EqualTo("OFF"));
        Assert.That(
            (await _server.GetAsync("/v2/models/same/trace/setting")).GetProperty("trace_rate").GetString(),
            Is.EqualTo("0"));
        Assert.That((await _server.GetAsync("/v2/logging")).GetProperty("log_error").GetBoolean());
        await _server.ErrorAsync("/v2/logging", "{}", HttpStatusCode.MethodNotAllowed);
    }

    private Task<(int Status, string Message, byte[][] Answers)> CallAsync(string method, IMessage message)
        => _server.Client.CallAsync(_server.GrpcAddress, GrpcCalls.Service + method, [message]);

    private static ModelInferRequest GrpcRequest(int inputOffset, int outputSize) => new()
    {
        ModelName = "same",
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "x",
                Datatype = "FP32",
                Shape = { 1, 2 },
                Parameters = { Part(inputOffset, 8) },
            },
        },
        Outputs = { new ModelInferRequest.Types.InferRequestedOutputTensor
        {
            Name = "y",
            Parameters = { Part(32, outputSize) },
        } },
    };

    private static Dictionary<string, InferParameter> Part(long offset, long size) => new()
    {
        ["shared_memory_region"] = new InferParameter { StringParam = "r" },
        ["shared_memory_offset"] = new InferParameter { Int64Param = offset },
        ["shared_memory_byte_size"] = new InferParameter { Int64Param = size },
    };

    private static string Request(int inputOffset, int outputOffset, int outputSize) => $$"""
        {"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "parameters":
           {"shared_memory_region": "r", "shared_memory_offset": {{inputOffset}}, "shared_memory_byte_size": 8} }],
         "outputs": [{"name": "y", "parameters":
           {"shared_memory_region": "r", "shared_memory_offset": {{outputOffset}}, "shared_memory_byte_size": {{outputSize}} } }]}
        """;
}

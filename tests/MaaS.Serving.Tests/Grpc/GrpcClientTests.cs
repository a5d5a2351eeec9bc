using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MaaS.Serving.Tests.Grpc;

/// <summary>The gRPC endpoint as an independent client sees it.</summary>
public sealed class GrpcClientTests : ServerFixture
{
    private PythonGrpcClient _client = null!;

    [OneTimeSetUp]
    public void StartClient() => _client = new PythonGrpcClient(Server.GrpcAddress);

    [OneTimeTearDown]
    public void StopClient() => _client.Dispose();

    [Test]
    public void Health_ServerWithModels_IsLiveAndReady()
    {
        Assert.That(_client.Ok("ServerLive", "{}").GetProperty("live").GetBoolean());
        Assert.That(_client.Ok("ServerReady", "{}").GetProperty("ready").GetBoolean());
        Assert.That(
            _client.Ok("ModelReady", """{"name": "registered", "version": "1"}""").GetProperty("ready").GetBoolean());
        Assert.That(_client.Ok("Check", "{}").GetProperty("status").GetString(), Is.EqualTo("SERVING"));
        Assert.That(
            _client.Ok("Check", """{"service": "tensorflow.serving.PredictionService"}""").GetProperty("status")
                .GetString(), Is.EqualTo("SERVING"));
    }

    [TestCase("""{"name": "none"}""")]
    [TestCase("""{"name": "linear", "version": "7"}""")]
    [TestCase("""{"name": "linear", "version": "9223372036854775807"}""")]
    public void ModelReady_ModelThatIsNotThere_IsFalse(string request)
        => Assert.That(
            _client.Ok("ModelReady", request).TryGetProperty("ready", out _), Is.False, "protobuf leaves false out");

    [Test]
    public void ModelReady_VersionBeyond63Bits_IsInvalid()
        => Assert.That(
            _client.Fails("ModelReady", """{"name": "linear", "version": "9223372036854775808"}""", "INVALID_ARGUMENT"),
            Does.Contain("9223372036854775808"));

    [Test]
    public void Settings_TraceAndLog_AreToldAndNotChanged()
    {
        Assert.That(
            _client.Ok("TraceSetting", "{}").GetProperty("settings").GetProperty("trace_level")
                .GetProperty("value")[0].GetString(), Is.EqualTo("OFF"));
        Assert.That(
            _client.Ok("LogSettings", "{}").GetProperty("settings").GetProperty("log_error").GetProperty("bool_param")
                .GetBoolean());
        _client.Fails("TraceSetting", """{"model_name": "none"}""", "NOT_FOUND");
        _client.Fails("LogSettings", """{"settings": {"log_error": {"bool_param": false}}}""", "UNIMPLEMENTED");
    }

    [Test]
    public void Metadata_ServerAndModel_DescribesBoth()
    {
        var server = _client.Ok("ServerMetadata", "{}");
        var model = _client.Ok("ModelMetadata", """{"name": "registered"}""");

        Assert.That(server.GetProperty("name").GetString(), Is.EqualTo("maas"));
        Assert.That(
            server.GetProperty("extensions").EnumerateArray().Select(e => e.GetString()), Does.Contain("statistics"));
        Assert.That(
            model.GetProperty("versions").EnumerateArray().Select(v => v.GetString()), Is.EqualTo(new[] { "1", "3" }));
        Assert.That(
            model.GetProperty("inputs").GetRawText(),
            Is.EqualTo("""[{"name": "image", "datatype": "FP32", "shape": ["-1", "1", "28", "28"]}]"""));
        Assert.That(model.GetProperty("platform").GetString(), Is.EqualTo("onnx_onnxv1"));
    }

    [Test]
    public void Config_Model_NamesTypesAndAxes()
    {
        var config = _client.Ok("ModelConfig", """{"name": "linear"}""").GetProperty("config");

        Assert.That(config.GetProperty("backend").GetString(), Is.EqualTo("onnxruntime"));
        Assert.That(
            config.GetProperty("input").GetRawText(),
            Is.EqualTo("""[{"name": "x", "data_type": "TYPE_FP32", "dims": ["4"]}]"""));
        Assert.That(config.GetProperty("max_batch_size").GetInt32(), Is.EqualTo(32));
    }

    [TestCase(true, false)]
    [TestCase(false, false)]
    [TestCase(true, true)]
    public void Infer_RawOrTyped_EqualsNumpy(bool isRaw, bool isGzip)
    {
        var answer = _client.Ok("ModelInfer", LinearRequest(isRaw), step => step["gzip"] = isGzip);

        Assert.That(answer.GetProperty("model_name").GetString(), Is.EqualTo("linear"));
        Assert.That(answer.GetProperty("model_version").GetString(), Is.EqualTo("1"));
        Assert.That(answer.GetProperty("id").GetString(), Is.EqualTo("a-1"));
        Assert.That(
            answer.GetProperty("outputs").GetRawText(),
            Is.EqualTo("""[{"name": "y", "datatype": "FP32", "shape": ["2", "3"]}]"""));
        Assert.That(Floats(answer), Is.EqualTo(Flatten(Linear.GetProperty("y"))).Within(1e-5));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Infer_MessageOfMegabytes_ComesBackWhole(bool isGzip)
    {
        var values = Enumerable.Range(0, 400_000).Select(i => (float)i).ToArray();

        var answer = _client.Ok("ModelInfer", SameRequest(values), step => step["gzip"] = isGzip);

        Assert.That(Floats(answer), Is.EqualTo(values.Select(v => (double)v)));
    }

    [Test]
    public void Infer_TypesAndOutputs_GivesWhatWasAskedFor()
    {
        var answer = _client.Ok("ModelInfer", """
            {"model_name": "mixed", "outputs": [{"name": "echo"}], "inputs": [
              {"name": "words", "datatype": "BYTES", "shape": [2], "contents": {"bytes_contents": ["w6Q=", ""]}},
              {"name": "numbers", "datatype": "INT64", "shape": [2], "contents": {"int64_contents": [5, -2]}},
              {"name": "flags", "datatype": "BOOL", "shape": [2], "contents": {"bool_contents": [true, false]}}]}
            """);

        Assert.That(
            answer.GetProperty("outputs").GetRawText(),
            Is.EqualTo("""[{"name": "echo", "datatype": "BYTES", "shape": ["2"]}]"""));
        Assert.That(
            answer.GetProperty("raw_output_contents")[0].GetBytesFromBase64(),
            Is.EqualTo(new byte[] { 2, 0, 0, 0, 0xC3, 0xA4, 0, 0, 0, 0 }));
    }

    [Test]
    public void Infer_Classification_GivesTheLargestWithLabels()
    {
        var image = new float[784];
        var raw = Convert.ToBase64String(MemoryMarshal.AsBytes<float>(image));
        var request = $$"""
            {"model_name": "digits", "inputs": [{"name": "image", "datatype": "FP32", "shape": [1, 1, 28, 28]}], "raw_input_contents": ["{{raw}}"],
             "outputs": [{"name": "logits"OUT}]}
            """;

        var logits = Floats(_client.Ok("ModelInfer", request.Replace("OUT", "", StringComparison.Ordinal)));
        var classes = _client.Ok(
            "ModelInfer",
            request.Replace(
                "OUT", """, "parameters": {"classification": {"int64_param": 2}}""", StringComparison.Ordinal));

        var expected = logits.Select((value, index) => (Value: (float)value, index)).OrderByDescending(c => c.Value)
            .Take(2)
            .Select(c => $"{c.Value}:{c.index}:digit {c.index}");
        Assert.That(Strings(classes.GetProperty("raw_output_contents")[0].GetBytesFromBase64()), Is.EqualTo(expected));
        Assert.That(classes.GetProperty("outputs")[0].GetProperty("shape").GetRawText(), Is.EqualTo("""["1", "2"]"""));
    }

    [TestCase("""{"model_name": "none", "inputs": []}""", "NOT_FOUND", "'none'")]
    [TestCase("""{"model_name": "linear", "model_version": "7"}""", "NOT_FOUND", "'7'")]
    [TestCase("""{"inputs": []}""", "INVALID_ARGUMENT", "name of a model")]
    [TestCase("""{"model_name": "linear"}""", "INVALID_ARGUMENT", "'x' is missing")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "ä%", "datatype": "FP32"}]}""", "INVALID_ARGUMENT", "got 'ä%'")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "FLOAT"}]}""", "INVALID_ARGUMENT",
        "got 'FLOAT'")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4], "contents": {"fp32_contents": [1]}}]}""", "INVALID_ARGUMENT", "expected 4 elements")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4], "contents": {"int_contents": [1, 2, 3, 4]}}]}""", "INVALID_ARGUMENT", "got 0")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, -4]}], "raw_input_contents": ["AAAA"]}""", "INVALID_ARGUMENT", "sizes of 0 or more")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "FP32", "shape": [9223372036854775807, 4]}], "raw_input_contents": ["AAAA"]}""", "INVALID_ARGUMENT", "fits memory")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4]}], "raw_input_contents": ["AAAA"]}""", "INVALID_ARGUMENT", "expected 16 bytes")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4]}], "raw_input_contents": ["AAAA", "AAAA"]}""", "INVALID_ARGUMENT", "one for each of 1 inputs")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4], "contents": {}}], "raw_input_contents": ["AAAA"]}""", "INVALID_ARGUMENT", "got both")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "FP16", "shape": [1, 4]}]}""",
        "INVALID_ARGUMENT", "raw_input_contents for FP16")]
    [TestCase(
        """{"model_name": "linear", "inputs": [{"name": "x", "datatype": "INT8", "shape": [1], "contents": {"int_contents": [128]}}]}""", "INVALID_ARGUMENT", "fit INT8")]
    [TestCase(
        """{"model_name": "gather", "inputs": [{"name": "index", "datatype": "INT64", "shape": [1], "contents": {"int64_contents": [9]}}]}""", "INVALID_ARGUMENT", "refused their values")]
    [TestCase(
        """{"model_name": "mixed", "inputs": [{"name": "words", "datatype": "BYTES", "shape": [1000000000]}], "raw_input_contents": ["AAAA"]}""", "INVALID_ARGUMENT", "1000000000 elements")]
    public void Infer_BadRequest_EndsWithItsStatus(string request, string code, string message)
        => Assert.That(_client.Fails("ModelInfer", request, code), Does.Contain(message));

    [Test]
    public void Call_UnknownMethodOrService_IsUnimplementedOrNotFound()
    {
        Assert.That(_client.Fails("Unknown", "{}", "UNIMPLEMENTED"), Does.Contain("unimplemented"));
        Assert.That(_client.Fails("Check", """{"service": "other"}""", "NOT_FOUND"), Does.Contain("'other'"));
        Assert.That(_client.Fails("ModelMetadata", """{"name": "none"}""", "NOT_FOUND"), Does.Contain("'none'"));
    }

    [Test]
    public void Stream_GoodAndBadRequests_AnswersInOrderAndGoesOn()
    {
        var requests = Enumerable.Range(0, 200)
            .Select(i => i % 10 == 7 ? $$"""{"model_name": "none", "id": "{{i}}"}""" : SameRequest([i, -i], $"{i}"))
            .ToArray();

        var answer = _client.Call("ModelStreamInfer", requests);

        Assert.That(
            answer.GetProperty("code").GetString(), Is.EqualTo("OK"), answer.GetProperty("message").GetRawText());
        var responses = answer.GetProperty("responses").EnumerateArray().ToArray();
        Assert.That(responses, Has.Length.EqualTo(200));
        for (var i = 0; i < responses.Length; i++)
        {
            var response = responses[i].GetProperty("infer_response");
            Assert.That(response.GetProperty("id").GetString(), Is.EqualTo($"{i}"));
            if (i % 10 == 7)
            {
                Assert.That(responses[i].GetProperty("error_message").GetString(), Does.Contain("'none'"));
            }
            else
            {
                Assert.That(Floats(response), Is.EqualTo(new double[] { i, -i }));
            }
        }
    }

    [Test]
    public void Statistics_AfterRequests_CountThem()
    {
        JsonElement Read()
            => _client.Ok("ModelStatistics", """{"name": "total", "version": "1"}""").GetProperty("model_stats")[0];
        const string Total = """{"model_name": "total", "inputs": [{"name": "x", "datatype": "FP32", "shape": [3], "contents": {"fp32_contents": [1, 2, 3]}}]}""";
        _client.Ok("ModelInfer", Total);
        var before = Read();

        _client.Ok("ModelInfer", Total);
        _client.Fails(
            "ModelInfer",
            Total.Replace("FP32", "FP64", StringComparison.Ordinal).Replace("fp32", "fp64", StringComparison.Ordinal),
            "INVALID_ARGUMENT");

        var after = Read();
        Assert.That(Count(after, "success") - Count(before, "success"), Is.EqualTo(1));
        Assert.That(Count(after, "fail") - Count(before, "fail"), Is.EqualTo(1));
        Assert.That(Count(after, "compute_infer") - Count(before, "compute_infer"), Is.EqualTo(1));
        Assert.That(
            long.Parse(
                after.GetProperty("inference_stats").GetProperty("compute_infer").GetProperty("ns").GetString()!),
                Is.Positive);
        Assert.That(
            long.Parse(after.GetProperty("last_inference").GetString()!),
            Is.EqualTo(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()).Within(60_000));
    }

    [Test]
    public void Index_AllModels_AreReady()
    {
        var models = _client.Ok("RepositoryIndex", """{"ready": true}""").GetProperty("models").EnumerateArray()
            .ToArray();

        Assert.That(
            models.Select(
                m => $"{m.GetProperty("name").GetString()} {m.GetProperty("version").GetString()} "
                    + $"{m.GetProperty("state").GetString()}"),
            Does.Contain("registered 1 READY").And.Contain("registered 3 READY").And.Contain("linear 1 READY"));
    }

    private static string LinearRequest(bool isRaw)
    {
        var x = Flatten(Linear.GetProperty("x")).Select(v => (float)v).ToArray();
        var contents = isRaw ? "" : $$""", "contents": {"fp32_contents": [{{string.Join(',', x)}}]}""";
        var raw = isRaw
            ? $$""", "raw_input_contents": ["{{Convert.ToBase64String(MemoryMarshal.AsBytes<float>(x))}}"]""" : "";
        return $$"""{"model_name": "linear", "id": "a-1", "inputs": [{"name": "x", "datatype": "FP32", "shape": [2, 4]{{contents}}}]{{raw}}}""";
    }

    private static string SameRequest(float[] values, string id = "")
        => $$"""
            {"model_name": "same", "id": "{{id}}", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, {{values.Length}}]}],
             "raw_input_contents": ["{{Convert.ToBase64String(MemoryMarshal.AsBytes<float>(values))}}"]}
            """;

    private static double[] Floats(JsonElement response)
        => [.. MemoryMarshal.Cast<byte, float>(response.GetProperty("raw_output_contents")[0].GetBytesFromBase64())
            .ToArray()];

    private static IEnumerable<string> Strings(byte[] raw)
    {
        for (var at = 0; at < raw.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(raw.AsSpan(at));
            yield return System.Text.Encoding.UTF8.GetString(raw, at + 4, length);
            at += 4 + length;
        }
    }

    private static long Count(JsonElement model, string member)
        => model.GetProperty("inference_stats").GetProperty(member).TryGetProperty("count", out var count)
            ? long.Parse(count.GetString()!) : 0;
}

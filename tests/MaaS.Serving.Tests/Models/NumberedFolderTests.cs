using System.Net;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.TensorFlow.Schema;
using MaaS.Serving.Tests.Security;

namespace MaaS.Serving.Tests.Models;

/// <summary>Folders of Triton and TensorFlow Serving, served as they are.</summary>
public sealed class NumberedFolderTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void CreateFolder() => _models = new ModelsFolder();

    [TearDown]
    public void DeleteFolder() => _models.Dispose();

    [Test]
    public async Task Versions_WithoutConfiguration_ServeTheLatest()
    {
        Scale("m", 1, 2);
        Scale("m", 10, 3);
        await using var server = await StartAsync();

        Assert.That(
            await server.PostTextAsync("/v1/models/m:predict", """{"instances": [[1, 2]]}"""),
            Is.EqualTo("""{"predictions":[[3,6]]}"""));
        var config = await server.GetAsync("/v2/models/m/config");
        Assert.That(config.GetProperty("max_batch_size").GetInt32(), Is.EqualTo(32));
        Assert.That(config.GetProperty("input")[0].GetProperty("dims").GetRawText(), Is.EqualTo("[2]"));
    }

    [Test]
    public async Task Configuration_PolicyBatchLabelsAndWarmUp_AreHonoured()
    {
        Scale("m", 1, 2);
        Scale("m", 2, 3);
        Directory.CreateDirectory(_models["m/warmup"]);
        File.WriteAllBytes(_models["m/warmup/x.bin"], new byte[16]);
        File.WriteAllText(_models["m/labels.txt"], "no\nyes\n");
        File.WriteAllText(_models["m/config.pbtxt"], """
            max_batch_size: 2
            input { name: "x" data_type: TYPE_FP32 dims: 2 }
            output { name: "y" data_type: TYPE_FP32 dims: 2 label_filename: "labels.txt" }
            version_policy { all {} }
            dynamic_batching {}
            model_warmup { name: "zeros" batch_size: 1 inputs { key: "x" value: { data_type: TYPE_FP32 dims: 2 zero_data: true } } }
            model_warmup { name: "file" batch_size: 2 inputs { key: "x" value: { data_type: TYPE_FP32 dims: 2 input_data_file: "x.bin" } } }
            """);
        await using var server = await StartAsync();

        Assert.That(
            await server.PostTextAsync("/v1/models/m/versions/1:predict", """{"instances": [[1, 2]]}"""),
            Does.Contain("[2,4]"));
        Assert.That(
            await server.ErrorAsync("/v1/models/m:predict", """{"instances": [[1, 2], [1, 2], [1, 2]]}"""),
            Does.Contain("at most 2"));
        var infer = """{"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1, 2]}], "outputs": [{"name": "y", "parameters": {"classification": 1}}]}""";
        Assert.That(
            (await server.PostAsync("/v2/models/m/infer", infer)).GetProperty("outputs")[0].GetProperty("data")[0].GetString(), Is.EqualTo("6:1:yes"));
        Assert.That(
            (await server.GetAsync("/v2/models/m/config")).GetProperty("max_batch_size").GetInt32(), Is.EqualTo(2));
    }

    [TestCase("max_batch_size: 2 input { name: \"other\" }", "other")]
    [TestCase("max_batch_size: 2 input { name: \"x\" data_type: TYPE_INT64 }", "TYPE_FP32")]
    [TestCase("max_batch_size: 2 input { name: \"x\" dims: [3] }", "dims")]
    [TestCase("max_batch_size: 2 model_warmup { batch_size: 1 }", "'x'")]
    [TestCase("max_batch_size: oops", "integer")]
    [TestCase("backend: \"tensorrt\"", "onnxruntime")]
    public async Task Configuration_ThatDoesNotFit_IsReportedAndHarmsNoOther(string text, string expected)
    {
        Scale("m", 1, 2);
        Scale("good", 1, 2);
        File.WriteAllText(_models["m/config.pbtxt"], text);
        await using var server = await StartAsync();

        await server.GetAsync("/v2/health/ready");
        var index = await server.PostAsync("/v2/repository/index", "{}");
        Assert.That(
            index.EnumerateArray().Single(m => m.GetProperty("name").GetString() == "m").GetProperty("reason")
                .GetString(), Does.Contain(expected));
        await server.PostAsync("/v1/models/good:predict", """{"instances": [[1, 2]]}""");
    }

    [Test]
    public async Task BrokenEntry_WithStrictReadiness_MakesTheServerUnready()
    {
        Scale("good", 1, 2);
        Directory.CreateDirectory(_models["tf/1"]);
        File.WriteAllText(_models["tf/1/saved_model.pb"], "");
        await using var server = await StartAsync(o => o.StrictReadiness = true);

        await server.GetAsync("/v2/health/ready", HttpStatusCode.ServiceUnavailable);
        Assert.That(server.Models.Status("tf")[0].ErrorMessage, Does.Contain("tf2onnx"));
    }

    [Test]
    public async Task BrokenVersion_BesideGoodOnes_ShowsEverywhereWithItsReason()
    {
        const string Reason = "m/2: expected model.onnx, or one file *.onnx, found none.";
        Scale("m", 1, 2);
        Scale("m", 3, 5);
        Directory.CreateDirectory(_models["m/2"]);
        File.WriteAllText(_models["m/2/readme.txt"], "to come");
        await using var server = await StartAsync();

        Assert.That(
            await server.PostTextAsync("/v1/models/m:predict", """{"instances": [[1, 1]]}"""), Does.Contain("[5,5]"));
        var status = server.Models.Status("m");
        Assert.That(
            status.Select(s => (s.Version, s.State, s.ErrorCode)),
            Is.EqualTo(new[] { (2, ModelState.End, "INVALID_ARGUMENT"), (3, ModelState.Available, "OK") }));
        var index = await server.PostAsync("/v2/repository/index", "{}");
        Assert.That(
            index.EnumerateArray().Select(v => v.GetProperty("reason").GetString()), Is.EqualTo(new[] { Reason, "" }));
        Assert.That((await server.GetAsync("/models/m/2"))[0].GetProperty("reason").GetString(), Is.EqualTo(Reason));
        Assert.That(
            (await server.GetAsync("/models")).GetProperty("models")[0].GetProperty("reason").GetString(),
            Is.EqualTo($"version 2: {Reason}"));
        Assert.That(
            (await server.GetAsync("/page/overview")).GetProperty("models")[0].GetProperty("versions")[0].GetProperty(
                "error_message").GetString(), Is.EqualTo(Reason));
        Assert.That(await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)), Does.Contain(
            "maas_model_failed{model=\"m\",version=\"2\",error_type=\"INVALID_ARGUMENT\"} 1\n"));
    }

    [Test]
    public async Task Version_ThatLosesItsNetwork_ServesOnAndSaysSo()
    {
        Scale("m", 1, 2);
        await using var server = await StartAsync();
        File.Move(_models["m/1/model.onnx"], _models["m/1/model.bak"]);

        Assert.That(
            async () => await server.Models.LoadAsync("m"), Throws.Exception.With.Message.Contains("found none"));

        Assert.That(
            server.Models.Status("m").Single(),
            Has.Property("State").EqualTo(ModelState.Available).And.Property("ErrorMessage").Contains("found none"));
        await server.PostAsync("/v1/models/m:predict", """{"instances": [[1, 2]]}""");
    }

    [Test]
    public async Task Config_OfAConfiguredModel_HasTritonsForm()
    {
        Scale("m", 1, 2);
        File.WriteAllText(_models["m/config.pbtxt"], """
            max_batch_size: 8
            version_policy { specific { versions: 1 } }
            dynamic_batching { preferred_batch_size: [4, 8] max_queue_delay_microseconds: 500 default_queue_policy { max_queue_size: 16 } }
            instance_group { count: 3 kind: KIND_CPU }
            parameters { key: "intra_op_thread_count" value { string_value: "2" } }
            """);
        await using var server = await StartAsync(o => o.Defaults.CacheBytes = 1 << 20);

        var config = await server.GetAsync("/v2/models/m/config");

        Assert.That(config.GetProperty("version_policy").GetRawText(), Is.EqualTo("""{"specific":{"versions":[1]}}"""));
        Assert.That(config.GetProperty("max_batch_size").GetInt32(), Is.EqualTo(8));
        var input = config.GetProperty("input")[0];
        Assert.That(
            (input.GetProperty("data_type").GetString(), input.GetProperty("dims").GetRawText(),
                input.GetProperty("format").GetString()), Is.EqualTo(("TYPE_FP32", "[2]", "FORMAT_NONE")));
        var batching = config.GetProperty("dynamic_batching");
        Assert.That(batching.GetProperty("preferred_batch_size").GetRawText(), Is.EqualTo("[4,8]"));
        Assert.That(batching.GetProperty("max_queue_delay_microseconds").GetInt32(), Is.EqualTo(500));
        Assert.That(
            batching.GetProperty("default_queue_policy").GetProperty("max_queue_size").GetInt32(), Is.EqualTo(16));
        Assert.That(config.GetProperty("instance_group")[0].GetProperty("count").GetInt32(), Is.EqualTo(3));
        Assert.That(config.GetProperty("instance_group")[0].GetProperty("kind").GetString(), Is.EqualTo("KIND_CPU"));
        Assert.That(
            config.GetProperty("parameters").GetProperty("intra_op_thread_count").GetProperty("string_value")
                .GetString(), Is.EqualTo("2"));
        Assert.That(config.GetProperty("response_cache").GetProperty("enable").GetBoolean(), Is.True);
    }

    [Test]
    public async Task Config_WithoutSharedRuns_HasNoDynamicBatching()
    {
        Scale("m", 1, 2);
        File.WriteAllText(_models["m/config.pbtxt"], "max_batch_size: 8");
        await using var server = await StartAsync();

        var config = await server.GetAsync("/v2/models/m/config");

        Assert.That(config.TryGetProperty("dynamic_batching", out _), Is.False);
        Assert.That(config.GetProperty("version_policy").GetRawText(), Is.EqualTo("""{"latest":{"num_versions":1}}"""));
    }

    [Test]
    public async Task NewVersion_CopiedIntoTheFolder_TakesOver()
    {
        Scale("m", 1, 2);
        await using var server = await StartAsync();
        Scale("m", 2, 5);
        await server.Models.LoadAsync("m");

        Assert.That(
            await server.PostTextAsync("/v1/models/m:predict", """{"instances": [[1, 1]]}"""), Does.Contain("[5,5]"));
        Assert.That(
            server.Models.Status("m").Select(s => (s.Version, s.State)), Does.Contain((2L, ModelState.Available)));
    }

    [Test]
    public async Task Version_BeyondTheRangeOf32Bits_IsServedByEveryProtocol()
    {
        const long Largest = long.MaxValue;
        Scale("m", 3_000_000_000, 2);
        Scale("m", Largest, 5);
        Directory.CreateDirectory(_models["m/9223372036854775808"]);
        await using var server = await StartAsync(
            o => (o.GrpcUrl, o.Defaults.Versions) = ("http://127.0.0.1:0", "all"));

        Assert.That(server.Models.Status("m").Select(s => s.Version), Is.EqualTo(new[] { 3_000_000_000, Largest }));
        Assert.That(
            await server.PostTextAsync("/v1/models/m:predict", """{"instances": [[1, 1]]}"""), Does.Contain("[5,5]"));
        Assert.That(
            await server.PostTextAsync("/v1/models/m/versions/3000000000:predict", """{"instances": [[1, 1]]}"""),
            Does.Contain("[2,2]"));
        Assert.That(
            (await server.PostAsync(
                $"/v2/models/m/versions/{Largest}/infer",
                """{"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1, 1]}]}"""))
            .GetProperty("model_version").GetString(),
            Is.EqualTo("9223372036854775807"));
        Assert.That(
            (await server.PostAsync("/predictions/m/3000000000", """{"instances": [[1, 1]]}""")).GetProperty(
                "predictions")[0][0].GetSingle(), Is.EqualTo(2));

        var (status, _, answers) = await server.Client.CallAsync(
            server.GrpcAddress, "/tensorflow.serving.ModelService/GetModelStatus",
            [new GetModelStatusRequest { ModelSpec = new ModelSpec { Name = "m", Version = Largest } }]);
        Assert.That(status, Is.Zero);
        Assert.That(
            GetModelStatusResponse.Parser.ParseFrom(answers[0]).ModelVersionStatus.Single().Version,
            Is.EqualTo(Largest));
        var infer = GrpcCalls.Infer("m");
        infer.ModelVersion = "3000000000";
        Assert.That(
            (await server.Client.CallAsync(server.GrpcAddress, GrpcCalls.Service + "ModelInfer", [infer])).Status,
            Is.Zero);

        const string Beyond = "9223372036854775808";
        infer.ModelVersion = Beyond;
        Assert.That(
            (await server.Client.CallAsync(server.GrpcAddress, GrpcCalls.Service + "ModelInfer", [infer])).Status,
            Is.EqualTo(3));
        await server.PostAsync($"/v2/models/m/versions/{Beyond}/infer", "{}", HttpStatusCode.BadRequest);
        await server.PostAsync($"/v1/models/m/versions/{Beyond}:predict", "{}", HttpStatusCode.BadRequest);
        await server.PostAsync($"/predictions/m/{Beyond}", "{}", HttpStatusCode.BadRequest);
    }

    private void Scale(string name, long version, float factor)
    {
        Directory.CreateDirectory(_models[$"{name}/{version}"]);
        ScaleModels.Scale(factor).Save(_models[$"{name}/{version}/model.onnx"]);
    }

    private Task<TestServer> StartAsync(Action<MaaSServingOptions>? configure = null)
        => TestServer.StartAsync(o =>
        {
            (o.ModelsPath, o.Watch) = (_models.Path, false);
            configure?.Invoke(o);
        });
}

using System.Net;
using System.Text.Json;
using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Core.Tests.Importing;
using MaaS.Serving.Models;
using MaaS.Serving.Tests;
using MaaS.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.GenAI.Tests;

/// <summary>Folders of GenAI behind the server's addresses, against NumPy and against MaaS's own decoding.</summary>
public sealed class GenAIServingTests
{
    private TemporaryFolder _models = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task MakeAndServe()
    {
        _models = new TemporaryFolder();
        GenAIFolder.Make("llama-fp16", _models["half"], 263, 264);
        GenAIFolder.Make("mask-positions", _models["masked"], 263);
        await ModelImport.FromHuggingFaceAsync(
            ForeignDecoder.Folder("mask-positions"), _models["own.maas"], new() { Name = "own" });
        _server = await TestServer.StartAsync(
            o => o.ModelsPath = _models.Path, builder: static b => b.Services.AddMaaSGenAI());
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [TestCase("half", "llama-fp16")]
    [TestCase("masked", "mask-positions")]
    public async Task Generate_AllTextsAtOnce_AreNumPys(string model, string folder)
    {
        var answers = await Task.WhenAll(ForeignDecoder.Expected(folder).SelectMany(
            static text => Enumerable.Repeat(text, 4)).Select(async text => (text, answer: await GenerateAsync(
                model, new { text_input = text.Text, max_tokens = ForeignDecoder.NewTokens }))));

        var tokenizer = MaaS.Text.Tokenizer.Load(Path.Combine(ForeignDecoder.Folder(folder), "tokenizer.json"));
        foreach (var (text, answer) in answers)
        {
            var ends = text.Tokens.Length < ForeignDecoder.NewTokens;
            Assert.That(answer.GetProperty("finish_reason").GetString(), Is.EqualTo(ends ? "stop" : "length"));
            Assert.That(
                answer.GetProperty("text_output").GetString(),
                Is.EqualTo(tokenizer.Decode([.. text.Tokens.Select(static t => (int)t)])));
        }
    }

    [Test]
    public async Task Generate_EveryOption_WritesWhatTheSameGraphWritesInMaaS()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var request = new
            {
                text_input = "the cat",
                parameters = new
                {
                    max_tokens = 40,
                    temperature = 0.9,
                    top_k = 40,
                    top_p = 0.95,
                    repetition_penalty = 1.3,
                    seed,
                    stop_tokens = new[] { 7 },
                },
            };

            var genai = await GenerateAsync("masked", request);
            var own = await GenerateAsync("own", request);

            Assert.That(
                genai.GetProperty("text_output").GetString(),
                Is.EqualTo(own.GetProperty("text_output").GetString()), $"seed {seed}");
            Assert.That(genai.GetProperty("tokens").GetInt32(), Is.EqualTo(own.GetProperty("tokens").GetInt32()));
        }
    }

    [Test]
    public async Task Chat_ModelWithATemplate_AnswersThroughTheOpenAIRoutes()
    {
        object Request(string model) => new
        {
            model,
            messages = new[] { new { role = "user", content = "the cat" } },
            max_tokens = 12,
            temperature = 0,
            logprobs = true,
            top_logprobs = 2,
            frequency_penalty = 0.5,
        };

        var genai = await _server.PostAsync("/v1/chat/completions", JsonSerializer.Serialize(Request("masked")));
        var own = await _server.PostAsync("/v1/chat/completions", JsonSerializer.Serialize(Request("own")));

        Assert.That(
            genai.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(),
            Is.EqualTo(own.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()));
        Assert.That(
            genai.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").GetArrayLength(),
            Is.EqualTo(genai.GetProperty("usage").GetProperty("completion_tokens").GetInt32()).And.AtLeast(1));
        Assert.That(genai.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), Is.AtLeast(3));
    }

    [Test]
    public async Task Description_SaysWhatIsLimited()
    {
        using var lease = await _server.Models.AcquireAsync(
            new ModelReference("half"), new Execution.RequestContext(), CancellationToken.None);

        var manifest = lease.Model.Manifest!;
        Assert.That(manifest.Description, Does.Contain("llama").And.Contain("take turns").And.Contain("No adapters"));
        Assert.That(manifest.Generation!.MaxLength, Is.EqualTo(128));
        Assert.That(manifest.Generation.StopTokens, Is.EqualTo(new[] { 263, 264 }));
        Assert.That(manifest.Task, Is.EqualTo(ModelManifest.TextGeneration));
    }

    [Test]
    public async Task Generate_PromptThatDoesNotFit_IsRefusedByItsLength()
        => Assert.That(
            (await _server.PostAsync(
                "/v2/models/half/generate", JsonSerializer.Serialize(new { text_input = new string('x', 200) }),
                HttpStatusCode.BadRequest)).GetProperty("error").GetString(),
            Does.Contain("less than 128 tokens, got 201"));

    [Test]
    public async Task Infer_Tensors_AreRefused()
    {
        var answer = await _server.PostAsync(
            "/v2/models/half/infer", """{"inputs": [{"name": "a", "shape": [1], "datatype": "FP32", "data": [1]}]}""",
            HttpStatusCode.BadRequest);

        Assert.That(answer.GetProperty("error").GetString(), Is.Not.Empty);
    }

    [TestCase("genai_config.json", "{", "expected a configuration of ONNX Runtime GenAI")]
    [TestCase("genai_config.json", """{"model":{"type":"llama"}}""", "model.context_length or search.max_length")]
    [TestCase("genai_config.json", """{"model":{"type":"nothing","context_length":9}}""", "refuses the folder")]
    [TestCase("tokenizer.json", "{}", "tokenizer.json")]
    public void Load_FaultyFolder_SaysWhatIsWrong(string file, string content, string message)
    {
        using var folder = new TemporaryFolder();
        GenAIFolder.Make("mask-positions", folder["bad"], 263);
        File.WriteAllText(folder[$"bad/{file}"], content);
        var loader = _server.Services.GetServices<IFolderLoader>().Single();

        Assert.That(
            () => loader.LoadAsync(
                new ModelSource("bad", 1, folder["bad"], SourceKind.Folder, "", 0), CancellationToken.None),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    private Task<JsonElement> GenerateAsync(string model, object request)
        => _server.PostAsync($"/v2/models/{model}/generate", JsonSerializer.Serialize(request));
}

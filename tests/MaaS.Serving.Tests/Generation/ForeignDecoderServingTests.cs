using System.Text.Json;
using MaaS.Core.Importing;
using MaaS.Core.Tests.Importing;

namespace MaaS.Serving.Tests.Generation;

/// <summary>Folders of other exporters, imported and served, write what NumPy writes.</summary>
public sealed class ForeignDecoderServingTests
{
    private static readonly string[] Names = ["llama-fp16", "merged", "mask-positions"];

    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task ImportAndServe()
    {
        _models = new ModelsFolder();
        foreach (var name in Names)
        {
            await ModelImport.FromHuggingFaceAsync(ForeignDecoder.Folder(name), _models[$"{name}.maas"]);
        }

        await ModelImport.FromHuggingFaceAsync(
            ForeignDecoder.Folder("llama-fp16"), _models["beside"],
            new ImportOptions { Name = "beside", MaxInlineBytes = 4096 });
        _server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [TestCase("llama-fp16", "llama-fp16")]
    [TestCase("merged", "merged")]
    [TestCase("mask-positions", "mask-positions")]
    [TestCase("beside", "llama-fp16")]
    public async Task Generate_AllTextsAtOnce_AreNumPys(string model, string folder)
    {
        Assert.That(File.Exists(_models["beside/model.onnx_data"]), "a package with weights beside the network");
        var answers = await Task.WhenAll(ForeignDecoder.Expected(folder).SelectMany(
            text => Enumerable.Repeat(text, 4)).Select(async text => (text, answer: await _server.PostAsync(
                $"/v2/models/{model}/generate",
                JsonSerializer.Serialize(
                    new { text_input = text.Text, max_tokens = ForeignDecoder.NewTokens })))));

        var tokenizer = Text.Tokenizer.Load(Path.Combine(ForeignDecoder.Folder(folder), "tokenizer.json"));
        foreach (var (text, answer) in answers)
        {
            var ends = text.Tokens.Length < ForeignDecoder.NewTokens;
            Assert.That(answer.GetProperty("tokens").GetInt32(), Is.EqualTo(text.Tokens.Length));
            Assert.That(answer.GetProperty("finish_reason").GetString(), Is.EqualTo(ends ? "stop" : "length"));
            Assert.That(
                answer.GetProperty("text_output").GetString(),
                Is.EqualTo(tokenizer.Decode([.. text.Tokens.Select(static t => (int)t)])));
        }
    }
}

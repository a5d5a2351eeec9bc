using System.Net;
using System.Text.Json;
using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Tests;

namespace MaaS.Serving.Tests.OpenAi.Embeddings;

/// <summary><c>/v1/rerank</c> by cross-encoders, one of one logit and one of two labels.</summary>
public sealed class PairRankerTests
{
    private const string Query = "the cat sat", Own = "\"sentence_transformers\":{\"version\":\"5.1.0\"}";

    // As sentence-transformers 5.4 writes them: one module for a classifier, and others for what is none.
    private const string Transformer =
        """{"idx":0,"name":"0","path":"","type":"sentence_transformers.base.modules.transformer.Transformer"}""";

    private const string Type =
        """
        {"__version__":{"sentence_transformers":"5.4.0"},"activation_fn":"torch.nn.modules.linear.Identity",
         "default_prompt_name":null,"model_type":"CrossEncoder","prompts":{}}
        """;

    private static readonly string[] Documents =
    [
        "stock bread", "the dog sat on the mat", "cat", "bread on the mat dog cat sat stock bread bread cat dog on mat",
        "zebra", "the cat sat",
    ];

    private readonly ModelsFolder _models = new();
    private readonly TemporaryFolder _source = new();
    private ImportedModel _one = null!, _two = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task ImportAndServe()
    {
        _one = await CrossEncoder.ImportAsync(
            _source["one"], _models["one.maas"], "one", labels: 1, $$"""{{Own}},"id2label":{"0":"LABEL_0"}""");
        _two = await CrossEncoder.ImportAsync(
            _source["two"], _models["two.maas"], "two", labels: 2, "\"id2label\":{\"0\":\"no\",\"1\":\"fits\"}",
            pairs: true);
        await CrossEncoder.ImportAsync(
            _source["loud"], _models["loud.maas"], "loud", labels: 1, Own,
            network: CrossEncoder.Adding(("cat", 20), ("dog", 25), ("mat", 40), ("sat", 45), ("stock", -45)));
        _models.Add("linear");
        _server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _models.Dispose();
        _source.Dispose();
    }

    [Test]
    public void Import_FolderOfACrossEncoder_ReadsPairs()
    {
        Assert.That(_one.Manifest.Task, Is.EqualTo(ModelManifest.TextRanking));
        Assert.That(_one.Manifest.Ranking, Is.EqualTo(new RankingSettings("logits", 0)));
        Assert.That(_two.Manifest.Ranking, Is.EqualTo(new RankingSettings("logits", 1)));
        Assert.That(_two.Notes, Has.Some.Contains("'fits'"));
    }

    [Test]
    public async Task Import_ClassifierThatSaysNothingOfPairs_IsNone()
    {
        var imported = await CrossEncoder.ImportAsync(
            _source["plain"], _source["plain.maas"], "plain", labels: 2, "\"id2label\":{\"0\":\"no\",\"1\":\"fits\"}");

        Assert.That(imported.Manifest.Task, Is.EqualTo(ModelManifest.Classification));
        Assert.That(imported.Manifest.Ranking, Is.Null);
    }

    [Test]
    public void Import_ThreeLabels_IsRefused()
        => Assert.That(
            () => CrossEncoder.ImportAsync(_source["three"], _source["three.maas"], "three", labels: 3, Own),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("float32[batch,1] or float32[batch,2]"));

    [TestCase(false)]
    [TestCase(true)]
    public async Task Import_CrossEncoderOfOneModule_ReadsPairs(bool asked)
    {
        (string, string)[] says = asked ? [] : [("config_sentence_transformers.json", Type)];
        var imported = await CrossEncoder.ImportAsync(
            _source[$"modular-{asked}"], _source[$"modular-{asked}.maas"], "modular", labels: 1,
            "\"id2label\":{\"0\":\"LABEL_0\"}", pairs: asked,
            files: [("modules.json", $"[{Transformer}]"), .. says]);

        Assert.That(imported.Manifest.Task, Is.EqualTo(ModelManifest.TextRanking));
        Assert.That(imported.Manifest.Ranking, Is.EqualTo(new RankingSettings("logits", 0)));
        Assert.That(imported.Manifest.Text?.MaxLength, Is.EqualTo(CrossEncoder.MaxLength));
    }

    [TestCase("sentence_transformers.cross_encoder.modules.logit_score.LogitScore")]
    [TestCase("sentence_transformers.sentence_transformer.modules.pooling.Pooling")]
    public void Import_CrossEncoderOfAModuleThatTheNetworkLacks_IsRefusedByItsName(string module)
        => Assert.That(
            () => CrossEncoder.ImportAsync(
                _source[module], _source["module.maas"], "module", labels: 1, Own, files:
                [
                    ("modules.json", $$"""[{{Transformer}},{"idx":1,"name":"1","path":"1","type":"{{module}}"}]"""),
                    ("config_sentence_transformers.json", Type),
                ]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"got '{module}'"));

    [Test]
    public void Import_PairsOfASentenceEncoder_IsRefused()
        => Assert.That(
            () => CrossEncoder.ImportAsync(
                _source["sentences"], _source["sentences.maas"], "sentences", labels: 1, Own, pairs: true, files:
                [
                    ("modules.json",
                        $$"""[{{Transformer}},{"path":"1","type":"sentence_transformers.models.Pooling"}]"""),
                ]),
            Throws.ArgumentException.With.Message.Contains("got one whose modules.json has "
                + "'sentence_transformers.models.Pooling'"));

    [Test]
    public void Import_PairsAndPooling_IsRefused()
        => Assert.That(
            () => CrossEncoder.ImportAsync(
                _source["both"], _source["both.maas"], "both", labels: 1, Own, pairs: true,
                pooling: EmbeddingPooling.Mean),
            Throws.ArgumentException.With.Message.Contains("got both"));

    [TestCase("one")]
    [TestCase("two")]
    public async Task Rerank_Documents_HaveTheScoresOfOnnxRuntimePairByPair(string model)
    {
        var expected = Documents.Select(d => Score(CrossEncoder.Logits(_source[model], Query, d))).ToArray();

        var answer = await _server.PostAsync("/v1/rerank", JsonSerializer.Serialize(
            new { model, query = Query, documents = Documents }));

        var results = answer.GetProperty("results").EnumerateArray().ToArray();
        Assert.That(
            results.Select(static r => r.GetProperty("index").GetInt32()),
            Is.EqualTo(Enumerable.Range(0, Documents.Length).OrderByDescending(i => expected[i])));
        foreach (var result in results)
        {
            Assert.That(
                result.GetProperty("relevance_score").GetDouble(),
                Is.EqualTo(expected[result.GetProperty("index").GetInt32()]).Within(1e-5));
        }

        Assert.That(expected.Max() - expected.Min(), Is.GreaterThan(0.1), "scores that say something");
        // [CLS], three words, two [SEP], and each document's words, of which the fourth is cut to 16 tokens.
        Assert.That(
            answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(),
            Is.EqualTo(8 + 12 + 7 + 16 + 7 + 9));
    }

    [Test]
    public async Task Rerank_QueryAndDocumentExchanged_HaveAnotherScore()
    {
        async Task<double> ScoreAsync(string query, string document)
            => (await _server.PostAsync("/v1/rerank", JsonSerializer.Serialize(
                new { model = "one", query, documents = new[] { document } })))
                .GetProperty("results")[0].GetProperty("relevance_score").GetDouble();

        Assert.That(
            await ScoreAsync("cat", "stock bread"),
            Is.Not.EqualTo(await ScoreAsync("stock bread", "cat")).Within(1e-3));
    }

    [Test]
    public async Task Rerank_TopN_GivesTheBestWithTheirTexts()
    {
        var best = Enumerable.Range(0, Documents.Length)
            .MaxBy(i => Score(CrossEncoder.Logits(_source["one"], Query, Documents[i])));

        var answer = await _server.PostAsync("/v1/rerank", JsonSerializer.Serialize(
            new { model = "one", query = Query, documents = Documents, top_n = 2, return_documents = true }));

        Assert.That(answer.GetProperty("results").GetArrayLength(), Is.EqualTo(2));
        Assert.That(
            answer.GetProperty("results")[0].GetProperty("document").GetProperty("text").GetString(),
            Is.EqualTo(Documents[best]));
    }

    [Test]
    public async Task Rerank_LogitsOfWhichTheScoresAreAllOne_KeepTheirOrder()
    {
        string[] documents = ["stock", "on", "cat", "dog", "mat", "sat"];

        var answer = await _server.PostAsync(
            "/v1/rerank", JsonSerializer.Serialize(new { model = "loud", query = "the", documents }));

        var results = answer.GetProperty("results").EnumerateArray().ToArray();
        Assert.That(
            results.Select(r => documents[r.GetProperty("index").GetInt32()]),
            Is.EqualTo(new[] { "sat", "mat", "dog", "cat", "on", "stock" }));
        // 1 / (1 + exp(-25)) and 1 / (1 + exp(-20)) among them, which float32 rounds to 1.
        double[] expected = [1, 1, 0.99999999998611206, 0.99999999793884631, 0.5, 2.8625185805493937e-20];
        Assert.That(
            results.Select(static r => r.GetProperty("relevance_score").GetDouble()),
            Is.EqualTo(expected).Within(1e-7));
    }

    [TestCase("/predict?model=one", """{"instances":["the cat"]}""")]
    [TestCase("/v1/models/one:predict", """{"instances":[{"text":"the cat"}]}""")]
    [TestCase(
        "/v2/models/one/infer",
        """{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["the cat"]}]}""")]
    public async Task Predict_SingleText_IsSentToTheRouteOfPairs(string path, string body)
    {
        var answer = await _server.PostAsync(path, body, HttpStatusCode.BadRequest);

        Assert.That(answer.ToString(), Does.Contain("send texts to /v1/rerank"));
    }

    [Test]
    public async Task Page_CrossEncoder_TakesNoTextButItsTokens()
    {
        var model = await _server.GetAsync("/page/models/one");

        Assert.That(model.GetProperty("takes_text").GetBoolean(), Is.False);
        Assert.That(
            model.GetProperty("inputs").EnumerateArray().Select(static i => i.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "input_ids", "attention_mask", "token_type_ids" }));
    }

    [Test]
    public async Task Infer_TokensOfAPair_GivesItsLogit()
    {
        var answer = await _server.PostAsync(
            "/v2/models/one/infer",
            """
            {"inputs":[
              {"name":"input_ids","shape":[1,5],"datatype":"INT64","data":[2,4,3,5,3]},
              {"name":"attention_mask","shape":[1,5],"datatype":"INT64","data":[1,1,1,1,1]},
              {"name":"token_type_ids","shape":[1,5],"datatype":"INT64","data":[0,0,0,1,1]}]}
            """);

        Assert.That(
            answer.GetProperty("outputs")[0].GetProperty("data")[0].GetSingle(),
            Is.EqualTo(CrossEncoder.Logits(_source["one"], "cat", "dog")[0]).Within(1e-5f));
    }

    [TestCase("/v1/rerank", """{"model":"linear","query":"a","documents":["b"]}""", "model")]
    [TestCase("/v1/rerank", """{"model":"one","query":"a","documents":[]}""", "documents")]
    [TestCase("/v1/rerank", """{"model":"one","documents":["a"]}""", "query")]
    [TestCase("/v1/embeddings", """{"model":"one","input":"a"}""", "model")]
    public async Task Rerank_BadRequest_NamesTheMember(string path, string body, string parameter)
    {
        var error = (await _server.PostAsync(path, body, HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo(parameter), error.ToString());
    }

    private static double Score(float[] logits)
        => logits is [var one] ? 1 / (1 + Math.Exp(-one))
            : Math.Exp(logits[1]) / (Math.Exp(logits[0]) + Math.Exp(logits[1]));
}

using System.Net;

namespace MaaS.Serving.Tests.OpenAi.Embeddings;

public sealed class RerankEndpointsTests : EncoderServer
{
    private static readonly string[] Documents =
    [
        "Stock prices fell on Monday.", "A kitten was sitting on a rug.", "How to bake bread without yeast.",
    ];

    [Test]
    public async Task Rerank_Documents_ComeInTheOrderOfTheirCosines()
    {
        var vectors = Encoder.Embed(["The cat sat on the mat.", .. Documents]);
        var cosines = vectors.Skip(1).Select(v => v.Zip(vectors[0]).Sum(static p => p.First * p.Second)).ToArray();

        var answer = await PostAsync(
            "/v1/rerank", new { model = "minilm", query = "The cat sat on the mat.", documents = Documents });

        var results = answer.GetProperty("results").EnumerateArray().ToArray();
        Assert.That(
            results.Select(static r => r.GetProperty("index").GetInt32()),
            Is.EqualTo(Enumerable.Range(0, 3).OrderByDescending(i => cosines[i])));
        Assert.That(results[0].GetProperty("index").GetInt32(), Is.EqualTo(1), "the kitten");
        foreach (var result in results)
        {
            Assert.That(
                result.GetProperty("relevance_score").GetSingle(),
                Is.EqualTo(cosines[result.GetProperty("index").GetInt32()]).Within(1e-5f));
        }
    }

    [Test]
    public async Task Rerank_TopN_GivesTheBestWithTheirTexts()
    {
        var answer = await PostAsync("/v1/rerank", new
        {
            model = "minilm",
            query = "baking",
            documents = Documents.Select(static d => new { text = d }),
            top_n = 1,
            return_documents = true,
        });

        var result = answer.GetProperty("results").EnumerateArray().Single();
        Assert.That(result.GetProperty("document").GetProperty("text").GetString(), Is.EqualTo(Documents[2]));
    }

    [TestCase("""{"model":"minilm","query":"a","documents":[]}""", "documents")]
    [TestCase("""{"model":"minilm","query":"a","documents":["a",{"title":"b"}]}""", "documents[1]")]
    [TestCase("""{"model":"minilm","documents":["a"]}""", "query")]
    [TestCase("""{"model":"minilm","query":"a","documents":["a"],"top_n":0}""", "top_n")]
    [TestCase("""{"model":"minilm","query":"a","documents":["a"],"rank_fields":["a"]}""", "rank_fields")]
    public async Task Rerank_BadRequest_NamesTheMember(string body, string parameter)
    {
        var error = (await PostAsync("/v1/rerank", body, HttpStatusCode.BadRequest)).GetProperty("error");

        Assert.That(error.GetProperty("param").GetString(), Is.EqualTo(parameter));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Generation.Grammars;
using MaaS.Core.Tests.Generation.Grammars;

namespace MaaS.Core.Tests.Generation.Chat;

/// <summary>Whether documents follow schemas, beside Python's jsonschema.</summary>
public sealed class ArgumentSchemaTests
{
    private static readonly GenerationOptions Sampled = new() { Temperature = 1, Seed = 3 };

    [Test]
    public void IsFollowedBy_RandomSchemasAndDocuments_SaysWhatPythonSays([Range(0, 3)] int part)
    {
        var schemas = new RandomSchemas(part + 40);
        var random = new Random(part);
        var (good, bad) = (0, 0);
        for (var i = 0; i < 60; i++)
        {
            var schema = schemas.Next();
            var element = JsonSerializer.SerializeToElement(schema);
            var grammar = JsonGrammar.Compile(element, Vocabularies.ByteLevel);
            var written = new RandomWriter(Vocabularies.ByteLevel, (part * 100) + i, Sampled).Write(grammar)!;
            if (HasNamesTwice(written))
            {
                continue; // It has none of the places that are changed below.
            }

            var checker = new ArgumentSchema(element);
            foreach (var document in new[] { written, Spoiled(written, random), Spoiled(written, random) })
            {
                var expected = SchemaValidator.Check(schema, document) == "ok";
                Assert.That(
                    checker.IsFollowedBy(document), Is.EqualTo(expected), $"{schema.ToJsonString()}\n{document}");
                (good, bad) = expected ? (good + 1, bad) : (good, bad + 1);
            }
        }

        TestContext.Out.WriteLine($"{good} documents follow, {bad} do not");
        Assert.That(Math.Min(good, bad), Is.GreaterThan(30));
    }

    [TestCase("""{"format":"date"}""", "2024-02-29", true)]
    [TestCase("""{"format":"date"}""", "2023-02-29", false)]
    [TestCase("""{"format":"date-time"}""", "2024-02-29T10:00:00Z", true)]
    [TestCase("""{"format":"uuid"}""", "0F8FAD5B-D9CB-469F-A165-70867728950E", true)]
    [TestCase("""{"format":"ipv4"}""", "1.2.3.256", false)]
    [TestCase("""{"pattern":"^.{2}$"}""", "😀😀", true)]
    [TestCase("""{"maxLength":2}""", "😀😀", true)]
    [TestCase("""{"pattern":"^a$"}""", "a\n", false)]
    public void IsFollowedBy_Texts_AreToldByTheirCharacters(string schema, string text, bool expected)
        => Assert.That(
            new ArgumentSchema(JsonElement.Parse(schema)).IsFollowedBy(JsonSerializer.Serialize(text)),
            Is.EqualTo(expected));

    [Test]
    public void IsFollowedBy_OptionsThatMultiply_EndsAndSaysNo()
    {
        var definitions = new JsonObject { ["d0"] = new JsonObject { ["type"] = "string" } };
        for (var i = 1; i <= 40; i++)
        {
            var below = $"#/$defs/d{i - 1}";
            definitions[$"d{i}"] = new JsonObject
            {
                ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = below }, new JsonObject { ["$ref"] = below }),
            };
        }

        var schema = new JsonObject { ["$ref"] = "#/$defs/d40", ["$defs"] = definitions };

        Assert.That(new ArgumentSchema(JsonSerializer.SerializeToElement(schema)).IsFollowedBy("7"), Is.False);
    }

    [TestCase("{")]
    [TestCase("")]
    public void IsFollowedBy_NoJson_SaysNo(string document)
        => Assert.That(
            new ArgumentSchema(JsonElement.Parse("""{"type":"string"}""")).IsFollowedBy(document), Is.False);

    [Test]
    public void New_KeywordThatIsNotCovered_IsRefusedByName()
        => Assert.That(
            () => new ArgumentSchema(JsonElement.Parse("""{"properties":{"a":{"not":{}}}}""")),
            Throws.ArgumentException.With.Message.Contains("not"));

    [Test]
    public async Task ReadAsync_SchemasThatAreTooCostlyTogether_AreRefused()
    {
        // Each takes some 40,000 steps of the 10,000,000.
        var tools = Enumerable.Range(0, 300).Select(static i => new ChatTool(
            $"t{i}", null, JsonElement.Parse($$"""{"pattern":"(?:abcdefghijabcdefghi{{i}}){2000}"}"""))).ToArray();

        var few = await ArgumentSchema.ReadAsync(tools[..10]);

        Assert.That(few.Keys, Is.EqualTo(tools[..10].Select(static t => t.Name)));
        var refusal = (await Assert.ThrowsAsync<ArgumentException>(() => ArgumentSchema.ReadAsync(tools)))!;
        Assert.That(refusal.Message, Does.Match("JSON schema: tool 't[0-9]+': #/pattern: .* 10,000,000 steps"));
    }

    [Test]
    public async Task ReadAsync_SchemasThatAreTooLongTogether_AreRefused()
    {
        var schema = JsonSerializer.SerializeToElement(new { description = new string('x', 600_000) });

        Assert.That(await ArgumentSchema.ReadAsync([new("a", null, schema)]), Has.Count.EqualTo(1));
        var refusal = (await Assert.ThrowsAsync<ArgumentException>(
            () => ArgumentSchema.ReadAsync([new("a", null, schema), new("b", null, schema)])))!;
        Assert.That(refusal.Message, Does.Contain("at most 1,000,000 characters"));
    }

    [Test]
    public async Task ReadAsync_ToolWithoutParameters_TakesAnEmptyObject()
    {
        var schema = (await ArgumentSchema.ReadAsync([new("clock")]))["clock"];

        Assert.That((schema.IsFollowedBy("{}"), schema.IsFollowedBy("""{"a":1}""")), Is.EqualTo((true, false)));
    }

    private static bool HasNamesTwice(string document)
    {
        try
        {
            JsonDocument.Parse(document, new JsonDocumentOptions { AllowDuplicateProperties = false }).Dispose();
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    // Another value in one place of the document.
    private static string Spoiled(string document, Random random)
    {
        var root = JsonNode.Parse(document);
        List<(JsonNode Parent, object Key)> places = [];
        void Collect(JsonNode? node)
        {
            foreach (var (key, child) in node switch
            {
                JsonObject members => members.Select(static m => ((object)m.Key, m.Value)),
                JsonArray items => items.Select(static (item, i) => ((object)i, item)),
                _ => [],
            })
            {
                places.Add((node!, key));
                Collect(child);
            }
        }

        Collect(root);
        JsonNode? other = random.Next(5) switch
        {
            0 => null,
            1 => JsonValue.Create("some other text"),
            2 => JsonValue.Create(-7.25),
            3 => new JsonArray(1, "a"),
            _ => new JsonObject { ["other"] = 1 },
        };
        if (places.Count == 0)
        {
            return other?.ToJsonString() ?? "null";
        }

        switch (places[random.Next(places.Count)])
        {
            case (JsonObject parent, string key):
                parent[key] = other;
                break;
            case (JsonArray parent, int index):
                parent[index] = other;
                break;
        }

        return root!.ToJsonString();
    }
}

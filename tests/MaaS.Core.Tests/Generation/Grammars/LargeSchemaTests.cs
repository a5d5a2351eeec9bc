using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Generation.Grammars;

namespace MaaS.Core.Tests.Generation.Grammars;

/// <summary>Schemas of many values, alternatives, properties and tools: the last may come as well as the
/// first.</summary>
public sealed class LargeSchemaTests
{
    private const int Count = 400;

    private static readonly string[] Names =
        [.. Enumerable.Range(0, Count).Select(static i => $"{(char)('a' + (i % 26))}{i}")];

    [Test]
    public void Compile_ManyValues_TakesEach()
    {
        var grammar = JsonGrammar.Compile(
            JsonSerializer.SerializeToElement(new { @enum = Names.Append("a").Append("a") }), Vocabularies.ByteLevel);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Names.Where(n => !grammar.Takes($"\"{n}\"")), Is.Empty);
            Assert.That(grammar.Takes("\"a\""));
            Assert.That(grammar.Takes("\"a1\""), Is.False);
        }
    }

    [Test]
    public void Compile_ManyAlternatives_TakesEach()
    {
        var schema = new JsonObject
        {
            ["anyOf"] = new JsonArray([.. Names.Select(static n => new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["kind"] = new JsonObject { ["const"] = n },
                    [n] = new JsonObject { ["type"] = "null" },
                },
                ["required"] = new JsonArray("kind"),
            })]),
        };
        var grammar = JsonGrammar.Compile(JsonSerializer.SerializeToElement(schema), Vocabularies.ByteLevel);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Names.Where((_, i) => i % 19 == 0).Where(n => !grammar.Takes($$"""{"kind":"{{n}}","{{n}}":null}""")),
                Is.Empty);
            Assert.That(grammar.Takes($$"""{"kind":"{{Names[^1]}}"}"""));
            Assert.That(grammar.Takes($$"""{"kind":"{{Names[^1]}}","{{Names[0]}}":null}"""), Is.False);
        }
    }

    [Test]
    public void Compile_ManyOptionalProperties_MayAllBeLeftOut()
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(
                Names.Select(static n => KeyValuePair.Create(n, (JsonNode?)new JsonObject { ["type"] = "null" }))),
        };
        var grammar = JsonGrammar.Compile(JsonSerializer.SerializeToElement(schema), Vocabularies.ByteLevel);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(grammar.Takes("{}"));
            Assert.That(grammar.Takes($$"""{"{{Names[0]}}":null}"""));
            Assert.That(grammar.Takes($$"""{"{{Names[1]}}":null,"{{Names[^1]}}":null}"""));
            Assert.That(grammar.Takes($$"""{"{{Names[^1]}}":null,"{{Names[1]}}":null}"""), Is.False);
        }
    }

    [Test]
    public void ForToolCall_ManyTools_CallsEach()
    {
        var grammar = JsonGrammar.ForToolCall([.. Names.Select(static n => new ChatTool(n))], Vocabularies.ByteLevel);

        Assert.That(
            Names.Where((_, i) => i % 19 == 0 || i == Count - 1)
                .Where(n => !grammar.Takes($$$"""{"name":"{{{n}}}","arguments":{}}""")),
            Is.Empty);
    }

    [TestCase("{}", true)]
    [TestCase("true", true)]
    [TestCase("""{"anyOf":[{"type":"integer"},{"properties":{"a":{"const":1}}}]}""", false)]
    [TestCase("""{"type":["object","null"],"additionalProperties":{"type":"integer"}}""", true)]
    public void ForToolCall_ParametersOfAnyType_TakesObjectsAlone(string parameters, bool free)
    {
        using var json = JsonDocument.Parse(parameters);
        var grammar = JsonGrammar.ForToolCall([new("f", null, json.RootElement)], Vocabularies.ByteLevel);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(grammar.Takes("""{"name":"f","arguments":{"a":1}}"""));
            Assert.That(grammar.Takes("""{"name":"f","arguments":{"b":2}}"""), Is.EqualTo(free));
            foreach (var other in new[] { "null", "5", "\"a\"", "[]", "true" })
            {
                Assert.That(grammar.Takes($$$"""{"name":"f","arguments":{{{other}}}}"""), Is.False, other);
            }
        }
    }

    [TestCase("""{"type":"string"}""")]
    [TestCase("""{"enum":[1, "a"]}""")]
    public void ForToolCall_ParametersOfNoObject_AreRefusedByName(string parameters)
    {
        using var json = JsonDocument.Parse(parameters);

        Assert.That(
            () => JsonGrammar.ForToolCall([new("first"), new("f", null, json.RootElement)], Vocabularies.ByteLevel),
            Throws.ArgumentException.With.Message.Contains("'f'").And.Message.Contains("object"));
    }

    [Test]
    public void Compile_TheSameSchema_IsRememberedWithTheTokenizer()
    {
        var (tokenizer, other) = (Vocabularies.Large(400), Vocabularies.Large(400));
        object Compile(int value, MaaS.Text.Tokenizer of)
        {
            using var json = JsonDocument.Parse($$"""{"const": "remembered {{value}}"}""");
            return JsonGrammar.Compile(json.RootElement, of);
        }

        var first = Compile(0, tokenizer);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Compile(0, tokenizer), Is.SameAs(first));
            Assert.That(Compile(0, other), Is.Not.SameAs(first));
        }

        for (var i = 1; i <= GrammarCache.Capacity; i++)
        {
            Compile(i, tokenizer);
        }

        Assert.That(Compile(0, tokenizer), Is.Not.SameAs(first));
    }
}

using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Chat;
using MaaS.Core.Generation.Grammars;
using MaaS.Text;

namespace MaaS.Core.Tests.Generation.Grammars;

public sealed class JsonGrammarTests
{
    private static readonly GenerationOptions Greedy = new();
    private static readonly GenerationOptions Sampled = new() { Temperature = 1, Seed = 3 };
    private static readonly GenerationOptions Narrow = new() { Temperature = 0.7, TopK = 5, TopP = 0.9, Seed = 4 };

    [Test]
    public void Compile_RandomSchemasAndLogits_WriteDocumentsThatSatisfyThem([Range(0, 9)] int part)
    {
        var schemas = new RandomSchemas(part);
        Tokenizer[] tokenizers = [Vocabularies.ByteLevel, Vocabularies.ByteFallback];
        GenerationOptions[] options = [Greedy, Sampled, Narrow];
        for (var i = 0; i < 100; i++)
        {
            var schema = schemas.Next();
            var tokenizer = tokenizers[i % tokenizers.Length];
            var grammar = JsonGrammar.Compile(JsonSerializer.SerializeToElement(schema), tokenizer);

            var document = new RandomWriter(tokenizer, (part * 100) + i, options[i % options.Length]).Write(grammar);

            Assert.That(document, Is.Not.Null, $"{i}: {schema.ToJsonString()}");
            Assert.That(() => JsonDocument.Parse(document!).Dispose(), Throws.Nothing, document);
            Assert.That(SchemaValidator.Check(schema, document!), Is.EqualTo("ok"),
                $"{i}: {schema.ToJsonString()}\n{document}");
        }
    }

    [Test]
    public void AnyObject_EveryKindOfVocabulary_WritesObjects(
        [Values("ByteLevel", "ByteFallback", "Metaspace", "WordPiece")] string kind, [Range(0, 4)] int seed)
    {
        var tokenizer = kind switch
        {
            "ByteLevel" => Vocabularies.ByteLevel,
            "ByteFallback" => Vocabularies.ByteFallback,
            "Metaspace" => Vocabularies.Metaspace,
            _ => Vocabularies.WordPiece,
        };
        var grammar = JsonGrammar.AnyObject(tokenizer);

        var document = new RandomWriter(tokenizer, seed, Sampled).Write(grammar);

        TestContext.Out.WriteLine(document);
        using var json = JsonDocument.Parse(document!);
        Assert.That(json.RootElement.ValueKind, Is.EqualTo(JsonValueKind.Object));
    }

    [TestCase("""{"type": "integer", "minimum": 5, "maximum": 7}""", "5", "6", "7")]
    [TestCase("""{"enum": ["a", null, {"x": [1.50]}]}""", "\"a\"", "null", "{\"x\":[1.50]}")]
    [TestCase("""{"type": "object", "properties": {"a": {"const": 1}}}""", "{}", "{\"a\":1}", "{\"a\": 1}")]
    [TestCase("""{"type": "array", "items": {"type": "null"}, "minItems": 1, "maxItems": 2}""", "[null]",
        "[null,null]", "[null, null]")]
    [TestCase("""{"type": "number", "exclusiveMinimum": -1, "maximum": 0, "description": "x"}""", "0", "-0.1", "0.0",
        "-0.999999")]
    [TestCase("""{"type": "string", "minLength": 1, "maxLength": 1}""", "\"😀\"", "\"\\ud83d\\ude00\"", "\"\\\"\"",
        "\"é\"", "\"\\u00e9\"")]
    [TestCase("""{"properties": {"a": false, "b": {"const": 1}}, "additionalProperties": {"const": 2}}""", "{\"c\":2}",
        "{\"b\":1,\"ab\":2}", "{\"\":2}")]
    [TestCase("""{"type": "string", "pattern": "^\\d{2}$"}""", "\"12\"")]
    [TestCase("""{"type": "string", "pattern": "^[\\u0000-\\uffff]$"}""", "\"a\"", "\"é\"", "\"\\n\"", "\"\uffff\"")]
    [TestCase("""{"type": "string", "format": "time"}""", "\"23:59:00.5Z\"", "\"01:02:03+02:00\"")]
    [TestCase("""{"allOf": [{"minimum": 2}, {"type": "integer"}, {"maximum": 2}]}""", "2")]
    public void Accept_DocumentsOfTheSchema_AreTaken(string schema, params string[] documents)
    {
        foreach (var document in documents)
        {
            Assert.That(Takes(schema, document), document);
        }
    }

    [TestCase("""{"type": "integer", "minimum": 5, "maximum": 7}""", "4", "8", "57", "5.0", "-5", "05", "5e0")]
    [TestCase("""{"enum": ["a"]}""", "\"b\"", "\"\\u0061\"", "a", "null")]
    [TestCase("""{"type": "object", "properties": {"a": {"const": 1}}}""", "{ }", "{\"a\":1,}", "{\"b\":1}",
        "{\"a\":  1}", "{\"a\":1,\"a\":1}", " {}")]
    [TestCase("""{"type": "array", "items": {"type": "null"}, "minItems": 1, "maxItems": 2}""", "[]",
        "[null,null,null]", "[ null]")]
    [TestCase("""{"type": "number", "exclusiveMinimum": -1, "maximum": 0}""", "-1", "-1.0", "0.5", "-0", "-1.5",
        "1e-3")]
    [TestCase("""{"type": "string", "minLength": 1, "maxLength": 1}""", "\"\"", "\"ab\"", "\"\\ud83d\"", "\"\n\"",
        "\"\\x\"", "\"\u0001\"")]
    [TestCase("""{"properties": {"a": false, "b": {"const": 1}}, "additionalProperties": {"const": 2}}""", "{\"a\":2}",
        "{\"b\":2}", "{\"\\u0061\":2}")]
    [TestCase("""{"type": "string", "pattern": "^\\d{2}$"}""", "\"1\"", "\"123\"", "\"1a\"")]
    public void Accept_OtherDocuments_AreNot(string schema, params string[] documents)
    {
        foreach (var document in documents)
        {
            Assert.That(Takes(schema, document), Is.False, document);
        }
    }

    [TestCase("""{"not": {}}""", "'not'")]
    [TestCase("""{"properties": {"a": {"if": {}}}}""", "#/properties/a/if")]
    [TestCase("""{"type": "array", "uniqueItems": true}""", "uniqueItems")]
    [TestCase("""{"type": "number", "multipleOf": 2}""", "multipleOf")]
    [TestCase("""{"type": "text"}""", "'text'")]
    [TestCase("""{"type": "string", "format": "iri"}""", "'iri'")]
    [TestCase("""{"type": "string", "pattern": "(?=a)"}""", "(?:…)")]
    [TestCase("""{"type": "string", "pattern": "\\bword"}""", "\\b")]
    [TestCase("""{"$ref": "other.json"}""", "other.json")]
    [TestCase("""{"$ref": "#/$defs/none"}""", "not in the schema")]
    [TestCase("""{"$ref": "#"}""", "itself")]
    [TestCase("""{"anyOf": [{"$ref": "#"}, {"type": "null"}]}""", "itself")]
    [TestCase("""{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}""", "nothing satisfies")]
    [TestCase("""{"type": "integer", "minimum": 3, "maximum": 2}""", "nothing satisfies")]
    [TestCase("""{"allOf": [{"type": "string"}, {"type": "integer"}]}""", "nothing satisfies")]
    [TestCase("""{"type": "string", "pattern": "^a{3}$", "maxLength": 2}""", "nothing satisfies")]
    [TestCase("""{"type": "object", "required": ["a"], "properties": {"b": {}}, "additionalProperties": false}""",
        "nothing satisfies")]
    [TestCase("""{"enum": []}""", "nothing satisfies")]
    [TestCase("false", "nothing satisfies")]
    [TestCase("3", "expected a schema")]
    [TestCase("""{"oneOf": [{"type": "integer"}, {"type": "number"}]}""", "oneOf")]
    [TestCase("""{"type": "string", "minLength": 1000000}""", "minLength")]
    [TestCase("""{"type": "number", "minimum": 0.5}""", "not whole")]
    public void Compile_WhatIsNotCovered_IsRefusedByName(string schema, string what)
    {
        using var json = JsonDocument.Parse(schema);

        Assert.That(
            () => JsonGrammar.Compile(json.RootElement, Vocabularies.ByteLevel),
            Throws.TypeOf<ArgumentException>().With.Message.Contains(what));
    }

    [Test]
    public void Compile_AVocabularyWithoutTheCharacters_IsRefused()
    {
        using var json = JsonDocument.Parse("""{"const": "日本 Ж"}""");

        Assert.That(
            () => JsonGrammar.Compile(json.RootElement, Vocabularies.Metaspace),
            Throws.TypeOf<ArgumentException>().With.Message.Contains("vocabulary"));
    }

    [Test]
    public void Compile_Recursion_EndsWithinTheDepth()
    {
        using var schema = JsonDocument.Parse(
            """
            {"type": "object", "properties": {"next": {"$ref": "#"}, "leaf": {"type": "null"}},
             "required": ["leaf"], "additionalProperties": false}
            """);
        var grammar = JsonGrammar.Compile(schema.RootElement, Vocabularies.ByteLevel);

        // Always deeper, where it may.
        var state = grammar.Start([Vocabularies.End]);
        var text = Follow(
            state, Vocabularies.ByteLevel,
            static bytes => bytes is [(byte)'n' or (byte)'{', ..] ? 2 : bytes is [(byte)'"'] ? 1 : 0);

        using var document = JsonDocument.Parse(text);
        Assert.That(text.Split("\"next\"").Length, Is.EqualTo(JsonGrammar.MaxDepth));
    }

    [Test]
    public void Mask_WhereTheDocumentMustEnd_LeavesStopTokensOnly()
    {
        using var schema = JsonDocument.Parse("""{"const": true}""");
        var state = JsonGrammar.Compile(schema.RootElement, Vocabularies.ByteLevel).Start([Vocabularies.End]);

        Assert.That(Allowed(state), Does.Not.Contain(Vocabularies.End));
        Assert.That(() => state.Accept(Vocabularies.End), Throws.ArgumentException.With.Message.Contains("not whole"));
        state.Accept(Vocabularies.ByteLevel.TokenToId("true")!.Value);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(state.IsComplete);
            Assert.That(Allowed(state), Is.EqualTo(new[] { Vocabularies.End }));
            Assert.That(() => state.Accept(5), Throws.ArgumentException);
            Assert.That(() => state.Mask([]), Throws.ArgumentException);
        }
    }

    [Test]
    public void Start_WithoutStopTokens_IsRefused()
        => Assert.That(
            () => JsonGrammar.AnyObject(Vocabularies.ByteLevel).Start([]),
            Throws.ArgumentException.With.Message.Contains("stop token"));

    [Test]
    public void ForToolCall_SeveralTools_CallsOne([Range(0, 9)] int seed)
    {
        using var parameters = JsonDocument.Parse(
            """
            {"type": "object", "properties": {"city": {"$ref": "#/$defs/city"}}, "required": ["city"],
             "$defs": {"city": {"type": "string", "maxLength": 5}}}
            """);
        ChatTool[] tools = [new("weather", null, parameters.RootElement), new("now")];
        var grammar = JsonGrammar.ForToolCall(tools, Vocabularies.ByteLevel);

        var text = new RandomWriter(Vocabularies.ByteLevel, seed, Sampled).Write(grammar)!;

        using var call = JsonDocument.Parse(text);
        var arguments = call.RootElement.GetProperty("arguments");
        Assert.That(
            call.RootElement.GetProperty("name").GetString() switch
            {
                "weather" => arguments.GetProperty("city").GetString()!.Length <= 10,
                "now" => !arguments.EnumerateObject().Any(),
                _ => false,
            }, text);
    }

    [Test]
    public void Compile_OneGrammarOnManyThreads_WritesTheSameDocuments()
    {
        using var schema = JsonDocument.Parse(
            """
            {"type": "array", "minItems": 4, "maxItems": 6, "items":
             {"type": "object", "properties": {"a": {"type": "string", "maxLength": 9}, "b": {"type": "number"}}}}
            """);
        var grammar = JsonGrammar.Compile(schema.RootElement, Vocabularies.ByteLevel);
        string?[] Write() => [.. Enumerable.Range(0, 16).AsParallel().AsOrdered()
            .Select(i => new RandomWriter(Vocabularies.ByteLevel, i, Sampled).Write(grammar))];

        var first = Write();

        Assert.That(Write(), Is.EqualTo(first));
    }

    [Test]
    [Explicit("A measurement.")]
    public void Mask_LargeVocabulary_Time()
    {
        var tokenizer = Vocabularies.Large(50_000);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var grammar = JsonGrammar.AnyObject(tokenizer);
        TestContext.Out.WriteLine($"first grammar of a tokenizer: {watch.Elapsed.TotalMilliseconds:0.0} ms");
        watch.Restart();
        using var schema = JsonDocument.Parse(
            """
            {"type": "object", "required": ["name", "tags"],
             "properties": {"name": {"type": "string", "maxLength": 400},
             "tags": {"type": "array", "items": {"type": "string"}}, "n": {"type": "number"}}}
            """);
        var second = JsonGrammar.Compile(schema.RootElement, tokenizer);
        TestContext.Out.WriteLine($"second: {watch.Elapsed.TotalMilliseconds:0.0} ms");
        foreach (var (name, g) in new[] { ("any object", grammar), ("schema", second) })
        {
            List<double> times = [];
            var writer = new Random(1);
            for (var text = 0; text < 20; text++)
            {
                var state = g.Start([Vocabularies.End]);
                var logits = new float[tokenizer.VocabSize];
                for (var step = 0; step < 200; step++)
                {
                    for (var i = 0; i < logits.Length; i++)
                    {
                        logits[i] = writer.NextSingle();
                    }

                    watch.Restart();
                    state.Mask(logits);
                    times.Add(watch.Elapsed.TotalMicroseconds);
                    var best = Array.IndexOf(logits, logits.Max());
                    if (best == Vocabularies.End)
                    {
                        break;
                    }

                    state.Accept(best);
                }
            }

            times.Sort();
            TestContext.Out.WriteLine(
                $"{name}: {times.Count} steps, median {times[times.Count / 2]:0} us, "
                    + $"p90 {times[times.Count * 9 / 10]:0} us, p99 {times[times.Count * 99 / 100]:0} us, "
                    + $"max {times[^1]:0} us");
        }
    }

    private static bool Takes(string schema, string document)
    {
        using var json = JsonDocument.Parse(schema);
        return JsonGrammar.Compile(json.RootElement, Vocabularies.ByteLevel).Takes(document);
    }

    private static long[] Allowed(ITokenConstraintState state) => GrammarTexts.Allowed(state);

    private static string Follow(ITokenConstraintState state, Tokenizer tokenizer, Func<byte[], int> wish)
    {
        List<int> tokens = [];
        while (true)
        {
            var next = Allowed(state)
                .OrderByDescending(t => t == Vocabularies.End ? 3 : wish(tokenizer.BytesOf((int)t)!)).First();
            state.Accept(next);
            if (next == Vocabularies.End)
            {
                return tokenizer.Decode([.. tokens]);
            }

            tokens.Add((int)next);
        }
    }
}

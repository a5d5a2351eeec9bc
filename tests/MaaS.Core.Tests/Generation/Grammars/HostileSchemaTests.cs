using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Core.Generation;
using MaaS.Core.Generation.Grammars;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.Generation.Grammars;

/// <summary>Schemas that anybody may send must cost little, whatever they say.</summary>
public sealed class HostileSchemaTests
{
    // Far above what is needed, also on a machine that others use, and far below what these schemas once took.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [TestCase(
        """
        {"oneOf":[{"$ref":"#/$defs/D"},{"type":"null"}],
         "$defs":{"D":{"anyOf":[{"$ref":"#/$defs/D"},{"type":"string"}]}}}
        """,
        "itself")]
    [TestCase(
        """
        {"oneOf":[{"$ref":"#/$defs/D"},{"type":"null"}],
         "$defs":{"D":{"anyOf":[{"$ref":"#/$defs/E"},{"type":"string"}]},"E":{"anyOf":[{"$ref":"#/$defs/D"}]}}}
        """,
        "itself")]
    [TestCase(
        """{"properties":{"a":{"$ref":"#"}},"allOf":[{"properties":{"a":{"type":"object"}}}]}""",
        "refers to itself cannot be combined")]
    [TestCase(
        """{"$ref":"#/$defs/D","$defs":{"D":{"type":"object","anyOf":[{"$ref":"#/$defs/D"}]}}}""", "nested too deeply")]
    public async Task Compile_SchemaOfItself_IsRefusedByName(string schema, string what)
    {
        var refusal = (await Assert.ThrowsAsync<ArgumentException>(() => CompileAsync(schema)))!;

        Assert.That(refusal.Message, Does.Contain(what));
    }

    [Test]
    public async Task Compile_SchemasOfThemselvesTogether_HoldBoth()
    {
        var grammar = await CompileAsync(
            """
            {"allOf":[{"$ref":"#/$defs/R"},{"$ref":"#/$defs/S"}],"$defs":{
                "R":{"properties":{"a":{"$ref":"#/$defs/R"},"b":{"type":"integer"}}},
                "S":{"properties":{"a":{"$ref":"#/$defs/S"},"b":{"minimum":5}}}}}
            """);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(grammar.Takes("""{"a":{"a":{},"b":5},"b":7}"""));
            Assert.That(grammar.Takes("""{"a":{"b":4}}"""), Is.False);
            Assert.That(grammar.Takes("""{"a":{"a":{"b":5.5}}}"""), Is.False);
        }
    }

    [Test]
    public async Task Compile_SchemasThatDoubleAtEachLevel_AreReadOnce()
    {
        var definitions = new JsonObject { ["D0"] = new JsonObject { ["type"] = "string" } };
        var names = new JsonObject { ["P0"] = new JsonObject() };
        var others = new JsonObject { ["Q0"] = new JsonObject() };
        for (var k = 1; k <= 40; k++)
        {
            definitions[$"D{k}"] = new JsonObject
            {
                ["anyOf"] = new JsonArray(Reference($"D{k - 1}"), Reference($"D{k - 1}")),
            };
            if (k <= 30)
            {
                names[$"P{k}"] = Pair($"P{k - 1}");
                others[$"Q{k}"] = Pair($"Q{k - 1}");
            }
        }

        var either = new JsonObject
        {
            ["oneOf"] = new JsonArray(Reference("D40"), new JsonObject { ["type"] = "null" }),
            ["$defs"] = definitions,
        };
        var both = new JsonObject
        {
            ["allOf"] = new JsonArray(Reference("P30"), Reference("Q30")),
            ["$defs"] = new JsonObject(
                names.Concat(others).Select(static d => KeyValuePair.Create(d.Key, d.Value?.DeepClone()))),
        };

        var grammar = await CompileAsync(either.ToJsonString());
        Assert.That(grammar.Takes("null") && grammar.Takes("\"text\""));
        grammar = await CompileAsync(both.ToJsonString());
        Assert.That(grammar.Takes("""{"a":{"b":{"a":{}}},"b":{}}"""));

        static JsonObject Reference(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

        static JsonObject Pair(string name)
            => new() { ["properties"] = new JsonObject { ["a"] = Reference(name), ["b"] = Reference(name) } };
    }

    [Test]
    public async Task Compile_AlternativesThatDoubleAtEachLevel_AreRefused()
    {
        var definitions = new JsonObject { ["D0"] = new JsonObject { ["type"] = "string" } };
        for (var k = 1; k <= 40; k++)
        {
            // Places of their own, so that nothing tells that both are the same.
            definitions[$"D{k}"] = new JsonObject { ["anyOf"] = new JsonArray(Alone(k - 1), Alone(k - 1)) };
        }

        var schema = new JsonObject { ["$ref"] = "#/$defs/D40", ["$defs"] = definitions };

        var refusal = (await Assert.ThrowsAsync<ArgumentException>(() => CompileAsync(schema.ToJsonString())))!;

        Assert.That(refusal.Message, Does.Contain("too many ways at once"));

        static JsonObject Alone(int k)
            => new() { ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/$defs/D{k}" }) };
    }

    [Test]
    public async Task Compile_LargeSchemas_AreRefused(
        [Values("pattern", "chain", "cases", "texts", "tools")] string kind)
    {
        JsonObject schema = kind switch
        {
            "pattern" => new()
            {
                ["type"] = "string",
                ["pattern"] = $"[{string.Concat(
                    Enumerable.Range(0, 100_000).Select(static i => (char)(0x100 + (i % 40_000))))}]",
            },
            "chain" => new()
            {
                ["$ref"] = "#/$defs/9999",
                ["$defs"] = new JsonObject(Enumerable.Range(0, 10_000).Select(static k => KeyValuePair.Create(
                    $"{k}", (JsonNode?)(k == 0 ? new JsonObject { ["type"] = "null" } : new JsonObject
                    {
                        ["anyOf"] = new JsonArray(
                            new JsonObject { ["$ref"] = $"#/$defs/{k - 1}" }, new JsonObject { ["type"] = "null" }),
                    })))),
            },
            "cases" => new()
            {
                ["oneOf"] = new JsonArray(
                    [.. Enumerable.Range(0, 30_000).Select(static k => new JsonObject { ["const"] = k })]),
            },
            "texts" => new()
            {
                ["type"] = "string",
                ["pattern"] = $"^(?:{string.Join('|', Enumerable.Repeat("", 5000))}){{2000}}$",
            },
            _ => new() { ["description"] = new string('x', 2_000_000) },
        };

        var refusal = (await Assert.ThrowsAsync<ArgumentException>(() => CompileAsync(schema.ToJsonString())))!;

        Assert.That(refusal.Message, Has.Length.LessThan(1000).And.StartsWith("JSON schema: "));
    }

    [Test]
    public async Task CompileAsync_EveryPlaceTaken_HoldsNoThreadOfTheCaller()
    {
        using var free = new ManualResetEventSlim();
        var begun = Enumerable.Range(0, CompilePlaces.Count + 2).Select(i => CompilePlaces.RunAsync(
            1, _ => free.Wait(Patience) ? i : throw new TimeoutException("nobody set it free"), default)).ToArray();

        var waiting = JsonGrammar.CompileAsync(
            JsonElement.Parse("""{"const": "waits for its place"}"""), Vocabularies.ByteLevel);

        // Calls that held their thread would not have come this far before the patience of the first was at its end.
        Assert.That(begun.Append<Task>(waiting).Any(static t => t.IsCompleted), Is.False);
        free.Set();
        Assert.That(await Task.WhenAll(begun), Is.EqualTo(Enumerable.Range(0, begun.Length)));
        Assert.That((await waiting.WaitAsync(Patience)).Takes("\"waits for its place\""));
    }

    [Test]
    public async Task CompileAsync_CancelledWhileItWaits_LeavesThePlaceToOthers()
    {
        using var free = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var begun = Enumerable.Range(0, CompilePlaces.Count).Select(i => CompilePlaces.RunAsync(
            1, _ => free.Wait(Patience), default)).ToArray();
        var waiting = JsonGrammar.CompileAsync(
            JsonElement.Parse("""{"const": "gives up"}"""), Vocabularies.ByteLevel, cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        free.Set();
        Assert.That(await Task.WhenAll(begun), Is.All.True);
        Assert.That(await CompilePlaces.RunAsync(1, static _ => 7, default).WaitAsync(Patience), Is.EqualTo(7));
    }

    [Test]
    public void Compile_Cancelled_Ends()
    {
        using var json = JsonDocument.Parse("""{"const": "cancelled"}""");
        using var cancellation = new CancellationTokenSource();
        var budget = new CompileBudget(cancellation.Token);
        budget.Spend("#", 10_000);
        cancellation.Cancel();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => budget.Spend("#", 10_000), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(
                () => JsonGrammar.Compile(json.RootElement, Vocabularies.ByteLevel, cancellation.Token),
                Throws.InstanceOf<OperationCanceledException>());
        }
    }

    [Test]
    public async Task Mask_MoreStatesThanCanBeFollowed_EndsThatTextAlone()
    {
        var tokenizer = Vocabularies.Large(50_000);
        var letters = string.Join('|', Enumerable.Range('a', 26).Select(static c => $"{(char)c}.{{250}}"));
        using var json = JsonDocument.Parse($$"""{"type":"string","pattern":".*({{letters}})"}""");
        var grammar = JsonGrammar.Compile(json.RootElement, tokenizer);
        var quote = tokenizer.TokenToId("\"")!.Value;
        var logits = new float[tokenizer.VocabSize];
        ITokenConstraintState Begun()
        {
            var state = grammar.Start([Vocabularies.End]);
            state.Accept(quote);
            return state;
        }

        var watch = Stopwatch.StartNew();
        await Task.Run(() => Assert.Throws<ModelInputException>(() => Begun().Mask(logits))).WaitAsync(Patience);
        TestContext.Out.WriteLine($"refused after {watch.Elapsed.TotalMilliseconds:0} ms");

        // What is known to be too much is not tried once more.
        watch.Restart();
        Assert.Throws<ModelInputException>(() => Begun().Mask(logits));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
        JsonGrammar.AnyObject(tokenizer).Start([Vocabularies.End]).Mask(logits);
    }

    [Test]
    public void GrammarWork_ALongText_GivesBackByTokens()
    {
        var work = new GrammarWork();
        work.Begin();
        work.Spend(GrammarWork.PerMask);

        Assert.Throws<ModelInputException>(() => work.Spend(1));
        Assert.That(work.IsTooMuch);
        work.Refill();
        work.Begin();
        work.Spend(GrammarWork.PerToken);
        Assert.Throws<ModelInputException>(() => work.Spend(1));
        Assert.That(work.IsTooMuch, Is.False);
    }

    private static Task<ITokenConstraint> CompileAsync(string schema) => Task.Run(() =>
    {
        using var json = JsonDocument.Parse(schema);
        return JsonGrammar.Compile(json.RootElement, Vocabularies.ByteLevel);
    }).WaitAsync(Patience);
}

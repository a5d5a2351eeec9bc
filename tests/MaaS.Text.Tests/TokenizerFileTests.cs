using System.Text;
using System.Text.Json.Nodes;
using MaaS.Tests;

namespace MaaS.Text.Tests;

[TestFixture]
public class TokenizerFileTests
{
    [TestCaseSource(typeof(TokenizerFixture), nameof(TokenizerFixture.Tokenizers))]
    public void Save_ThenLoad_EncodesAndDecodesAlike(JsonNode entry)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "tokenizer.json");
        var tokenizer = TokenizerFixture.Load(entry)
            .With(new Truncation(20) { Stride = 1, Side = Side.Left }, new Padding { Id = 0, MultipleOf = 4 });
        tokenizer.Save(path);
        var again = Tokenizer.Load(path);
        Assert.That(again.ToJson(), Is.EqualTo(tokenizer.ToJson()));
        Assert.That(
            again.EncodeBatch(TokenizerFixture.Texts).Select(e => e.Ids),
            Is.EqualTo(tokenizer.EncodeBatch(TokenizerFixture.Texts).Select(e => e.Ids)));
        Assert.That(
            again.Decode(tokenizer.Encode("The quick 狐!").Ids),
            Is.EqualTo(tokenizer.Decode(tokenizer.Encode("The quick 狐!").Ids)));
    }

    // What ToJson writes says the same as the file of the library, member by member, but for members that have a
    // default.
    [TestCase("bert")]
    [TestCase("gpt-2")]
    [TestCase("llama")]
    [TestCase("unigram")]
    public void ToJson_OfALoadedFile_HasTheSameContent(string name)
    {
        var expected = TokenizerFixture.Json(name);
        var actual = JsonNode.Parse(TokenizerFixture.Load(expected).ToJson())!.AsObject();
        foreach (var json in new[] { expected, actual })
        {
            foreach (var member in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
            {
                if (json["model"]!["type"]!.GetValue<string>() == "BPE")
                {
                    json["model"]!.AsObject().Remove(member);
                }
            }

            if (json["model"]!["merges"] is JsonArray merges)
            {
                json["model"]!["merges"] = new JsonArray(
                    [.. merges.Select(
                        m => JsonValue.Create(
                            m is JsonArray pair ? string.Join(' ', pair.Values<string>()) : m!.GetValue<string>()))]);
            }
        }

        Assert.That(JsonNode.DeepEquals(actual, expected), Is.True, actual.ToJsonString()[..1500]);
    }

    [TestCase(4096, true)]
    [TestCase(4097, false)]
    public void FromJson_RegularExpression_HasALimit(int length, bool isTaken)
    {
        var json = """
            {"pre_tokenizer":{"type":"Split","pattern":{"Regex":"LONG"},"behavior":"Isolated"},
            "model":{"type":"WordLevel","unk_token":"a","vocab":{"a":0}}}
            """;
        var file = Encoding.UTF8.GetBytes(json.Replace("LONG", new string('a', length), StringComparison.Ordinal));
        Assert.That(
            () => Tokenizer.FromJson(file),
            isTaken ? Throws.Nothing
                : Throws.InstanceOf<InvalidDataException>().With.Message.Contains("pre_tokenizer.pattern")
                    .And.Message.Contains("at most 4096 characters"));
    }

    [TestCase("""["a",""]""")]
    [TestCase("""["a"," a"]""")]
    public void ToJson_MergeThatTheOlderFormCannotTell_IsReadAgain(string merge)
    {
        var json = """{"version":"1.0","model":{"type":"BPE","vocab":{"a":0,"":1," a":2,"a a":3},"merges":[MERGE]}}""";
        json = json.Replace("MERGE", merge, StringComparison.Ordinal);
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(json));
        Assert.That(Tokenizer.FromJson(tokenizer.ToJson()).ToJson(), Is.EqualTo(tokenizer.ToJson()));
    }

    [TestCase(
        "normalizer", """{"type":"Precompiled","precompiled_charsmap":""}""",
        "normalizer 'Precompiled' is not supported")]
    [TestCase(
        "pre_tokenizer", """{"type":"UnicodeScripts"}""",
        "pre-tokenizer 'UnicodeScripts' is not supported; expected one of BertPreTokenizer, ByteLevel")]
    [TestCase(
        "pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Whitespace"},{"type":"Nope"}]}""",
        "pre_tokenizer.pretokenizers[1]: pre-tokenizer 'Nope'")]
    [TestCase(
        "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"\\p{Han}+"},"behavior":"Isolated"}""",
        "pre_tokenizer.pattern: expected a regular expression")]
    [TestCase(
        "pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Never"}""",
        "pre_tokenizer.behavior: expected one of Removed")]
    [TestCase("post_processor", """{"type":"Other"}""", "post-processor 'Other'")]
    [TestCase(
        "post_processor",
        """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[X]","type_id":0}}],"pair":[],"special_tokens":{}}""", "post_processor.single: expected '[X]' among special_tokens")]
    [TestCase("decoder", """{"type":"CTC"}""", "decoder 'CTC' is not supported")]
    [TestCase(
        "model", """{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}""", "model.dropout: dropout is not supported")]
    [TestCase(
        "model", """{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}""", "merges[0]: expected the token 'ab'")]
    [TestCase("model", """{"type":"WordPiece","vocab":{"a":0}}""", "unk_token: expected the token '[UNK]'")]
    [TestCase("model", """{"type":"WordPiece","vocab":{"[UNK]":0,"a":0}}""", "an id of its own for each token")]
    [TestCase(
        "model", """{"type":"WordPiece","vocab":{"[UNK]":0,"a":"x"}}""",
        "model.vocab.a: expected a 32-bit integer, got \"x\"")]
    [TestCase("model", """{"type":"Unigram","unk_id":3,"vocab":[["a",0]]}""", "model.unk_id: expected an id below 1")]
    [TestCase("truncation", """{"max_length":1,"strategy":"Some"}""", "truncation.strategy: expected LongestFirst")]
    [TestCase("padding", """{"strategy":"Some"}""", "padding.strategy: expected BatchLongest")]
    public void FromJson_WhatIsNotSupported_NamesIt(string member, string value, string message)
    {
        var json = TokenizerFixture.Json("words");
        json[member] = JsonNode.Parse(value);
        Assert.That(
            () => TokenizerFixture.Load(json),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"model":{"type":"WordLevel","vocab":{"\ud800":0}}}""")]
    public void FromJson_NoTokenizer_ThrowsInvalidData(string json) =>
        Assert.That(() => Tokenizer.FromJson(Encoding.UTF8.GetBytes(json)), Throws.InstanceOf<InvalidDataException>());

    [Test]
    public void Load_BrokenFile_NamesThePath()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "tokenizer.json");
        File.WriteAllText(path, "{}");
        Assert.That(() => Tokenizer.Load(path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path));
    }

    [Test]
    public void LoadVocab_OfBert_EncodesAsTheJson()
    {
        using var folder = new TemporaryFolder();
        var json = TokenizerFixture.Json("bert");
        var path = Path.Combine(folder.Path, "vocab.txt");
        File.WriteAllLines(
            path, json["model"]!["vocab"]!.AsObject().OrderBy(t => t.Value!.GetValue<int>()).Select(t => t.Key));
        var expected = TokenizerFixture.Load(json);
        var actual = Tokenizer.LoadVocab(path);
        Assert.That(actual.VocabSize, Is.EqualTo(expected.VocabSize));
        Assert.That(
            actual.EncodeBatch(TokenizerFixture.Texts).Select(e => e.Ids),
            Is.EqualTo(expected.EncodeBatch(TokenizerFixture.Texts).Select(e => e.Ids)));
    }

    [TestCase("[UNK]\n[CLS]\n[SEP]\na\nb\na\n", "line 6: expected each token once, got 'a', which stands on line 4")]
    [TestCase("a\nb\n", "expected the token '[UNK]'")]
    [TestCase("[UNK]\n[CLS]\n[SEP]\ncaf\u00e9\n", "expected UTF-8, got other bytes")]
    public void LoadVocab_FileThatCannotBeUsed_NamesPathAndFault(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "vocab.txt");
        File.WriteAllText(path, content, System.Text.Encoding.Latin1);
        Assert.That(
            () => Tokenizer.LoadVocab(path),
            Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith($"{path}: ")
                .And.Message.Contains(expected));
    }

    [Test]
    public void LoadGpt2_VocabularyThatIsNone_NamesThePath()
    {
        using var folder = new TemporaryFolder();
        var (vocab, merges) = (Path.Combine(folder.Path, "vocab.json"), Path.Combine(folder.Path, "merges.txt"));
        File.WriteAllText(vocab, "[1]");
        File.WriteAllText(merges, "");
        Assert.That(
            () => Tokenizer.LoadGpt2(vocab, merges),
            Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(vocab));
    }

    [Test]
    public void LoadGpt2_VocabAndMerges_EncodesAsTheJson()
    {
        using var folder = new TemporaryFolder();
        var json = TokenizerFixture.Json("gpt-2");
        var (vocab, merges) = (Path.Combine(folder.Path, "vocab.json"), Path.Combine(folder.Path, "merges.txt"));
        File.WriteAllText(vocab, json["model"]!["vocab"]!.ToJsonString());
        File.WriteAllLines(
            merges,
            ["#version: 0.2",
             .. json["model"]!["merges"]!.AsArray().Select(m => string.Join(' ', m!.Values<string>()))]);
        var actual = Tokenizer.LoadGpt2(vocab, merges);
        Assert.That(
            actual.EncodeBatch(TokenizerFixture.Texts).Select(e => e.Ids),
            Is.EqualTo(TokenizerFixture.Load(json).EncodeBatch(TokenizerFixture.Texts).Select(e => e.Ids)));
    }

    [Test]
    public void LoadGpt2_BrokenMerge_NamesTheLine()
    {
        using var folder = new TemporaryFolder();
        var (vocab, merges) = (Path.Combine(folder.Path, "vocab.json"), Path.Combine(folder.Path, "merges.txt"));
        File.WriteAllText(vocab, """{"a":0}""");
        File.WriteAllLines(merges, ["#version: 0.2", "a"]);
        Assert.That(
            () => Tokenizer.LoadGpt2(vocab, merges),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("line 2: expected two tokens"));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Text.Components;
using MaaS.Text.Normalizers;
using MaaS.Text.PreTokenizers;
using MaaS.Text.Unicode;

namespace MaaS.Text.Tests;

[TestFixture]
public class ComponentTests
{
    [TestCaseSource(typeof(TokenizerFixture), nameof(TokenizerFixture.Normalizers))]
    public void Normalize_Texts_EqualsHuggingFace(JsonObject json, JsonArray expected)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        var normalizer = TextNormalizers.Family.Read(new ComponentJson(document.RootElement, "").Member("normalizer"));
        Assert.Multiple(() =>
        {
            for (var i = 0; i < TokenizerFixture.Texts.Length; i++)
            {
                var text = new TextBuffer();
                text.Load(TokenizerFixture.Texts[i], 0);
                normalizer.Normalize(text);
                Assert.That(text.Chars.ToString(), Is.EqualTo(expected[i]!.GetValue<string>()), $"text {i}");
            }
        });
    }

    [TestCaseSource(typeof(TokenizerFixture), nameof(TokenizerFixture.PreTokenizers))]
    public void Split_Texts_EqualsHuggingFace(JsonObject json, JsonArray expected)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        var preTokenizer = TextPreTokenizers.Family.Read(
            new ComponentJson(document.RootElement, "").Member("pre_tokenizer"));
        Assert.Multiple(() =>
        {
            for (var i = 0; i < TokenizerFixture.Texts.Length; i++)
            {
                var (text, words) = (new TextBuffer(), new WordList());
                text.Load(TokenizerFixture.Texts[i], 0);
                words.Reset(0, text.Length);
                preTokenizer.Split(text, words);
                var actual = Enumerable.Range(0, words.Count).Select(w => words[w])
                    .Select(w => (text.Chars[w.Start..w.End].ToString(), text.Origin(w.Start, w.End)));
                Assert.That(actual, Is.EqualTo(expected[i]!.AsArray().Select(w =>
                    (w![0]!.GetValue<string>(), new TextSpan(w[1]!.GetValue<int>(), w[2]!.GetValue<int>())))),
                    $"text {i}");
            }
        });
    }
}

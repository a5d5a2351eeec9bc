using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Serving.OpenAi.Completions;

namespace MaaS.Serving.Tests.OpenAi.Completions;

/// <summary>Log-probabilities of a vocabulary whose tokens have bytes, and spaces that depend on the place.</summary>
public sealed class TokenTextsTests
{
    private static readonly long[] Written =
    [
        SentencePiece.Word("▁cat"), SentencePiece.Word("the"), SentencePiece.Word("▁the"), SentencePiece.Byte(0xF0),
        SentencePiece.Byte(0x9F), SentencePiece.Byte(0x98), SentencePiece.Byte(0x80), SentencePiece.Word("s"), 2,
    ];

    private readonly TokenTexts _texts = new(SentencePiece.Make());

    private TextChoice Choice(params long[] prompt)
    {
        var choice = _texts.Answer(prompt);
        foreach (var token in Written)
        {
            TokenLogProbability[] top =
            [
                new(SentencePiece.Word("the"), -1, []), new(SentencePiece.Word("▁the"), -2, []),
            ];
            choice.Add(new GeneratedText("", token, FinishReason.None, new TokenLogProbability(token, -3, top)));
        }

        return choice;
    }

    private static JsonElement Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return JsonDocument.Parse(stream.ToArray()).RootElement.GetProperty("logprobs");
    }

    [Test]
    public void WriteChat_PromptBefore_HasTheBytesThatEachTokenAdds()
    {
        var prompt = SentencePiece.Word("▁the");

        var content = Json(w => _texts.WriteChat(w, Choice(prompt).Scored)).GetProperty("content");

        var bytes = content.EnumerateArray().Select(static t => t.GetProperty("bytes")).ToArray();
        Assert.That(bytes[^1].ValueKind, Is.EqualTo(JsonValueKind.Null), "a special token adds nothing");
        byte[] all = [.. bytes[..^1].SelectMany(static b => b.EnumerateArray().Select(static v => v.GetByte()))];
        Assert.That(all, Is.EqualTo(" catthe the😀s"u8.ToArray()));
        Assert.That(
            content.EnumerateArray().Select(static t => t.GetProperty("token").GetString()),
            Is.EqualTo(new[]
            {
                " cat", "the", " the", "bytes:\\xf0", "bytes:\\x9f", "bytes:\\x98", "bytes:\\x80", "s", "</s>",
            }));
    }

    [Test]
    public void WriteChat_NothingButSpecialTokensBefore_LeavesTheFirstSpaceOut()
    {
        var content = Json(w => _texts.WriteChat(w, Choice(1).Scored)).GetProperty("content");

        Assert.That(
            content.EnumerateArray().Take(3).Select(static t => t.GetProperty("token").GetString()),
            Is.EqualTo(new[] { "cat", "the", " the" }));
    }

    [Test]
    public void WriteCompletion_Offsets_AreThoseOfTheText()
    {
        var written = Json(w => _texts.WriteCompletion(w, Choice(SentencePiece.Word("▁the")).Scored));

        // " cat" "the" " the" and one character of two UTF-16 units in four tokens, then "s" and the end.
        Assert.That(
            written.GetProperty("text_offset").EnumerateArray().Select(static v => v.GetInt32()),
            Is.EqualTo(new[] { 0, 4, 7, 11, 11, 11, 11, 13, 14 }));
    }

    [Test]
    public void WriteCompletion_Alternatives_AreApartAndHaveTheDrawnToken()
    {
        var written = Json(w => _texts.WriteCompletion(w, Choice(SentencePiece.Word("▁the")).Scored));

        Assert.That(
            written.GetProperty("top_logprobs")[0].EnumerateObject().Select(static m => (m.Name, m.Value.GetDouble())),
            Is.EqualTo(new[] { ("the", -1.0), (" the", -2.0), (" cat", -3.0) }));
    }
}

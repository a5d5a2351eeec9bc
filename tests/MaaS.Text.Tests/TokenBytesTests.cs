using System.Text;
using System.Text.Json.Nodes;

namespace MaaS.Text.Tests;

public sealed class TokenBytesTests
{
    [TestCaseSource(typeof(TokenizerFixture), nameof(TokenizerFixture.Tokenizers))]
    public void BytesOf_TokensOfAText_AreItsBytes(JsonNode entry)
    {
        var tokenizer = TokenizerFixture.Load(entry);
        var compared = 0;
        foreach (var text in TokenizerFixture.Texts.Concat(TokenizerFixture.Corpus))
        {
            var ids = tokenizer.Encode(text, null, new EncodeOptions { AddSpecialTokens = false }).Ids
                .Where(id => tokenizer.BytesOf(id) is not null).ToArray();
            var decoded = tokenizer.Decode(ids);
            if (decoded.Contains('\uFFFD', StringComparison.Ordinal))
            {
                // What is no text has no one form.
                continue;
            }

            var bytes = ids.SelectMany((id, i) => tokenizer.BytesOf(id, first: i == 0)!).ToArray();

            // A mark at a word's end is a space but at the text's end.
            Assert.That(Encoding.UTF8.GetString(bytes).TrimEnd(' '), Is.EqualTo(decoded.TrimEnd(' ')), text);
            compared++;
        }

        Assert.That(compared, Is.GreaterThan(20));
    }

    [Test]
    public void BytesOf_SpecialAndUnknownIds_AreNull()
    {
        var tokenizer = TokenizerFixture.Load(
            JsonNode.Parse(
                """
                {"model": {"type": "BPE", "vocab": {"<s>": 0, "Ã": 1, "©": 2, "Ġ": 3}, "merges": []},
                 "added_tokens": [{"id": 0, "content": "<s>", "special": true, "single_word": false, "lstrip": false,
                  "rstrip": false, "normalized": false}],
                 "decoder": {"type": "ByteLevel"}}
                """)!.AsObject());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(tokenizer.BytesOf(0), Is.Null);
            Assert.That(tokenizer.BytesOf(9), Is.Null);
            Assert.That(tokenizer.BytesOf(1), Is.EqualTo(new byte[] { 0xC3 }));
            Assert.That(tokenizer.BytesOf(2), Is.EqualTo(new byte[] { 0xA9 }));
            Assert.That(tokenizer.BytesOf(3), Is.EqualTo(new[] { (byte)' ' }));
        }
    }
}

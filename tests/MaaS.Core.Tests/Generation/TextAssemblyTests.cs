using System.Globalization;
using System.Text;
using MaaS.Core.Generation;

namespace MaaS.Core.Tests.Generation;

/// <summary>Tokens are the bytes of a text in UTF-8, so that they end within characters and stop texts.</summary>
public sealed class TextAssemblyTests
{
    private static List<GeneratedText> Pieces(string text, params string[] stops)
    {
        var assembly = new TextAssembly(
            static tokens => Encoding.UTF8.GetString([.. tokens.Select(static t => (byte)t)]), stops);
        var bytes = Encoding.UTF8.GetBytes(text);
        List<GeneratedText> pieces = [];
        for (var i = 0; i < bytes.Length && (pieces.Count == 0 || pieces[^1].Finish == FinishReason.None); i++)
        {
            pieces.Add(assembly.Add(new GeneratedToken(
                bytes[i], i == bytes.Length - 1 ? FinishReason.Length : FinishReason.None)));
        }

        return pieces;
    }

    [TestCase("one STOP two", "one ", FinishReason.Stop, "STOP")]
    [TestCase("one STO", "one STO", FinishReason.Length, "STOP")]
    [TestCase("aaab", "", FinishReason.Stop, "aaab", "c")]
    [TestCase("aaaab", "a", FinishReason.Stop, "aaab")]
    [TestCase("übergröße", "über", FinishReason.Stop, "größe", "öße")]
    [TestCase("x😀y", "x", FinishReason.Stop, "😀")]
    [TestCase("end.", "end", FinishReason.Stop, ".")]
    [TestCase("none", "none", FinishReason.Length)]
    public void Add_StopTextsOverTokenBorders_EndBeforeTheFirst(
        string text, string expected, FinishReason finish, params string[] stops)
    {
        var pieces = Pieces(text, stops);

        Assert.That(string.Concat(pieces.Select(static p => p.Text)), Is.EqualTo(expected));
        Assert.That(pieces[^1].Finish, Is.EqualTo(finish));
        Assert.That(pieces.SkipLast(1).Select(static p => p.Finish), Has.All.EqualTo(FinishReason.None));
    }

    [Test]
    public void Add_RandomTexts_GiveWhatStandsBeforeTheFirstStopAndHoldNoMoreThanNeeded()
    {
        var random = new Random(3);
        for (var round = 0; round < 2000; round++)
        {
            string Word(int most) => string.Concat(
                Enumerable.Range(0, random.Next(1, most)).Select(_ => "ab"[random.Next(2)]));
            var (text, stops) = (Word(30), new[] { Word(5), Word(5) });
            var whole = Enumerable.Range(0, text.Length + 1).Select(i => text[..i])
                .FirstOrDefault(t => stops.Any(t.EndsWith));
            var begin = whole is null ? text.Length
                : whole.Length - stops.Where(whole.EndsWith).Max(static s => s.Length);

            var pieces = Pieces(text, stops);

            var message = string.Create(CultureInfo.InvariantCulture, $"'{text}', stops '{stops[0]}', '{stops[1]}'");
            Assert.That(string.Concat(pieces.Select(static p => p.Text)), Is.EqualTo(text[..begin]), message);
            for (var i = 0; i < pieces.Count - 1; i++)
            {
                var shown = pieces.Take(i + 1).Sum(static p => p.Text.Length);
                Assert.That(i + 1 - shown, Is.LessThan(stops.Max(static s => s.Length)), message);
            }
        }
    }

    [Test]
    public void Add_BytesThatFormNoCharacter_AreNotHeldBackForEver()
    {
        var assembly = new TextAssembly(
            static tokens => Encoding.UTF8.GetString([.. tokens.Select(static t => (byte)t)]), []);
        var shown = Enumerable.Range(0, 1000)
            .Select(_ => assembly.Add(new GeneratedToken(0x80, FinishReason.None)).Text)
            .Sum(static t => t.Length);

        Assert.That(shown, Is.GreaterThan(990));
    }

    [Test]
    public void Add_SpaceBeforeTheFirstToken_IsKeptWhereThePromptStandsBeforeIt()
    {
        // As SentencePiece's decoders: the first token's space is dropped.
        string[] words = ["Once", " upon", " a", " time"];
        string Decode(IReadOnlyList<long> tokens) => string.Concat(tokens.Select(t => words[t])).TrimStart(' ');
        var (alone, after) = (new TextAssembly(Decode, []), new TextAssembly(Decode, [], [0, 1]));

        Assert.That(after.Add(new GeneratedToken(2, FinishReason.None)).Text, Is.EqualTo(" a"));
        Assert.That(after.Add(new GeneratedToken(3, FinishReason.Length)).Text, Is.EqualTo(" time"));
        Assert.That(alone.Add(new GeneratedToken(2, FinishReason.Length)).Text, Is.EqualTo("a"));
    }
}
